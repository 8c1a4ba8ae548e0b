import { type AlloyInput, clusterReplicas, collectsEvents, kafkaOf, type LokiTarget, podLogsFrom } from './input.ts';
import { kafkaWrite, recordStages, toKafka } from './records.ts';
import { selectorText } from './selector.ts';
import { type Block, block, expression, type Value } from './syntax.ts';

/**
 * Labels stay few and low in cardinality (namespace, container, app, job); pod and node are structured metadata, which
 * costs no stream. Tempo's links use `namespace` and the `service_name` that Loki derives.
 */

const rule = (attributes: Record<string, Value | undefined>): Block => block('rule', undefined, attributes);

const copy = (source: string, target: string): Block => rule({ source_labels: [source], target_label: target });

const META = '__meta_kubernetes';

/** The first of several pod labels that holds something; later rules win, so the preferred comes last. */
const appLabel = (): Block[] =>
  [`${META}_pod_label_app`, `${META}_pod_label_app_kubernetes_io_name`].map((source) =>
    rule({ source_labels: [source], regex: '(.+)', target_label: 'app' }),
  );

const labelRules = (): Block[] => [
  copy(`${META}_namespace`, 'namespace'),
  copy(`${META}_pod_name`, 'pod'),
  copy(`${META}_pod_container_name`, 'container'),
  copy(`${META}_pod_node_name`, 'node'),
  ...appLabel(),
  rule({ source_labels: [`${META}_namespace`, `${META}_pod_container_name`], separator: '/', target_label: 'job' }),
];

/** Files of a container. Static pods lie under the hash of their configuration instead of their UID. */
const pathRules = (): Block[] => [
  rule({
    source_labels: [`${META}_pod_uid`, `${META}_pod_container_name`],
    separator: '/',
    target_label: '__path__',
    replacement: '/var/log/pods/*$1/*.log',
  }),
  rule({
    source_labels: [
      `${META}_pod_annotationpresent_kubernetes_io_config_hash`,
      `${META}_pod_annotation_kubernetes_io_config_hash`,
      `${META}_pod_container_name`,
    ],
    separator: '/',
    regex: 'true/(.*)',
    target_label: '__path__',
    replacement: '/var/log/pods/*$1/*.log',
  }),
];

/** An annotation that changes every few seconds would restart every reader: annotations go last. */
const dropAnnotations = (): Block => rule({ action: 'labeldrop', regex: `${META}_pod_annotation.*` });

const excludeNamespaces = (names: readonly string[] | undefined): Block[] =>
  names && names.length > 0 ? [rule({ source_labels: [`${META}_namespace`], regex: names.join('|'), action: 'drop' })] : [];

/** Discovers pods: of the own node only, where files are read. Without that every node would watch the whole cluster. */
const discovery = (input: AlloyInput): Block =>
  block('discovery.kubernetes', 'pods', { role: 'pod' }, [...onlyNamespaces(input.spec.podLogs?.namespaces?.include), ...selectors(input)]);

const onlyNamespaces = (names: readonly string[] = []): Block[] => (names.length > 0 ? [block('namespaces', undefined, { names })] : []);

function selectors({ spec }: AlloyInput): Block[] {
  const field = podLogsFrom(spec) === 'files' ? expression('"spec.nodeName=" + sys.env("NODE_NAME")') : undefined;
  const label = selectorText(spec.podLogs?.selector ?? {});
  if (field === undefined && label === '') return [];
  return [block('selectors', undefined, { role: 'pod', field, label: label === '' ? undefined : label })];
}

function targets(input: AlloyInput): Block {
  const files = podLogsFrom(input.spec) === 'files';
  return block('discovery.relabel', 'pods', { targets: expression('discovery.kubernetes.pods.targets') }, [
    ...excludeNamespaces(input.spec.podLogs?.namespaces?.exclude),
    ...labelRules(),
    ...(files ? pathRules() : []),
    dropAnnotations(),
  ]);
}

const toLoki = expression('loki.write.default.receiver');

/** What Loki is to keep apart from the line: labels, and metadata that makes no stream. */
const lokiStages = (): Block[] => [
  block('stage.structured_metadata', undefined, { values: { pod: 'pod', node: 'node' } }),
  block('stage.label_drop', undefined, { values: ['filename', 'instance', 'node', 'pod'] }),
];

/** Lines of one event become one. */
const joined = ({ spec }: AlloyInput): Block[] =>
  spec.podLogs?.multiline ? [block('stage.multiline', undefined, { firstline: spec.podLogs.multiline.firstLine, max_wait_time: '3s' })] : [];

const process = (input: AlloyInput, files: boolean): Block =>
  block('loki.process', 'pods', { forward_to: [kafkaOf(input) ? toKafka : toLoki] }, [
    ...(files ? [block('stage.cri', undefined, undefined)] : []),
    ...joined(input),
    ...(kafkaOf(input) ? recordStages(input, 'pods') : lokiStages()),
  ]);

const clustering = (input: AlloyInput): Block[] =>
  clusterReplicas(input) > 1 ? [block('clustering', undefined, { enabled: true })] : [];

/** Where the positions of a Promtail are in the pod. */
export const PROMTAIL_POSITIONS = { folder: '/run/promtail', file: '/run/promtail/positions.yaml' } as const;

const fromFiles = ({ promtail }: AlloyInput): Block[] => [
  block('local.file_match', 'pods', { path_targets: expression('discovery.relabel.pods.output') }),
  block('loki.source.file', 'pods', {
    targets: expression('local.file_match.pods.targets'),
    forward_to: [expression('loki.process.pods.receiver')],
    legacy_positions_file: promtail === undefined ? undefined : PROMTAIL_POSITIONS.file,
  }),
];

const fromApi = (input: AlloyInput): Block[] => [
  block(
    'loki.source.kubernetes',
    'pods',
    { targets: expression('discovery.relabel.pods.output'), forward_to: [expression('loki.process.pods.receiver')] },
    clustering(input),
  ),
];

/** Events are lines already; for Kafka they become records first. */
function events(input: AlloyInput): Block[] {
  const kafka = kafkaOf(input) !== undefined;
  const next = kafka ? expression('loki.process.events.receiver') : toLoki;
  return [
    block('loki.source.kubernetes_events', 'events', { job_name: 'kubernetes-events', forward_to: [next] }, clustering(input)),
    ...(kafka ? [block('loki.process', 'events', { forward_to: [toKafka] }, recordStages(input, 'events'))] : []),
  ];
}

/** Retries for ever: readers wait meanwhile, so an outage of the store loses nothing that is still on disk. */
export const lokiWrite = (target: LokiTarget, clusterName?: string): Block =>
  block('loki.write', 'default', clusterName === undefined ? undefined : { external_labels: { cluster: clusterName } }, [
    block('endpoint', undefined, { url: target.url, tenant_id: target.tenant, max_backoff_retries: 0 }),
  ]);

const write = ({ target, spec }: AlloyInput): Block[] => ('kafka' in target ? kafkaWrite(target.kafka) : [lokiWrite(target, spec.clusterName)]);

export const logging = block('logging', undefined, { level: 'info', format: 'logfmt' });

/** Configuration of the pods on every node. */
export const nodePipeline = (input: AlloyInput): Block[] => [
  logging,
  discovery(input),
  targets(input),
  ...fromFiles(input),
  process(input, true),
  ...write(input),
];

/** Configuration of the pods that read through the API server. */
export const clusterPipeline = (input: AlloyInput): Block[] => [
  logging,
  ...(podLogsFrom(input.spec) === 'api' ? [discovery(input), targets(input), ...fromApi(input), process(input, false)] : []),
  ...(collectsEvents(input.spec) ? events(input) : []),
  ...write(input),
];
