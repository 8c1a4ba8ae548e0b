import type { PromtailSpec } from '../../api/collectors/promtail.ts';
import { selectorText } from '../alloy/selector.ts';
import { deepMerge, type OwnedPaths, type Tree } from '../kit/merge.ts';
import type { LokiSink } from '../kit/sink.ts';
import { POSITIONS_DIR, POSITIONS_FILE, PROMTAIL_PORT } from './defaults.ts';

/** The same labels as Alloy's: whoever moves there keeps the streams. */

const META = '__meta_kubernetes';

const copy = (source: string, target: string): Tree => ({ source_labels: [source], target_label: target });

const labelRules = (): Tree[] => [
  copy(`${META}_namespace`, 'namespace'),
  copy(`${META}_pod_name`, 'pod'),
  copy(`${META}_pod_container_name`, 'container'),
  copy(`${META}_pod_node_name`, 'node'),
  // Promtail takes only targets whose host is its own.
  copy(`${META}_pod_node_name`, '__host__'),
  ...[`${META}_pod_label_app`, `${META}_pod_label_app_kubernetes_io_name`].map((source) => ({ source_labels: [source], regex: '(.+)', target_label: 'app' })),
  { source_labels: [`${META}_namespace`, `${META}_pod_container_name`], separator: '/', target_label: 'job' },
];

/** Static pods lie under the hash of their configuration instead of their UID. */
const pathRules = (): Tree[] => [
  { source_labels: [`${META}_pod_uid`, `${META}_pod_container_name`], separator: '/', target_label: '__path__', replacement: '/var/log/pods/*$1/*.log' },
  {
    source_labels: [`${META}_pod_annotationpresent_kubernetes_io_config_hash`, `${META}_pod_annotation_kubernetes_io_config_hash`, `${META}_pod_container_name`],
    separator: '/',
    regex: 'true/(.*)',
    target_label: '__path__',
    replacement: '/var/log/pods/*$1/*.log',
  },
];

const exclude = (names: readonly string[] = []): Tree[] =>
  names.length > 0 ? [{ source_labels: [`${META}_namespace`], regex: names.join('|'), action: 'drop' }] : [];

function discovery({ podLogs }: PromtailSpec): Tree {
  const names = podLogs?.namespaces?.include ?? [];
  const label = selectorText(podLogs?.selector ?? {});
  return {
    role: 'pod',
    ...(names.length > 0 ? { namespaces: { names } } : {}),
    ...(label === '' ? {} : { selectors: [{ role: 'pod', label }] }),
  };
}

const stages = ({ podLogs }: PromtailSpec): Tree[] => [
  { cri: {} },
  ...(podLogs?.multiline ? [{ multiline: { firstline: podLogs.multiline.firstLine, max_wait_time: '3s' } }] : []),
  { structured_metadata: { pod: null, node: null } },
  { labeldrop: ['filename', 'node', 'pod'] },
];

const ours = (spec: PromtailSpec, sink: LokiSink): Tree => ({
  server: { http_listen_port: PROMTAIL_PORT.port, grpc_listen_port: 0 },
  positions: { filename: `${POSITIONS_DIR}/${POSITIONS_FILE}` },
  clients: [
    {
      url: `${sink.url}/loki/api/v1/push`,
      ...(sink.tenant === undefined ? {} : { tenant_id: sink.tenant }),
      ...(spec.clusterName === undefined ? {} : { external_labels: { cluster: spec.clusterName } }),
      // Promtail knows no endless retry: after this many (about four hours) a batch is given up.
      backoff_config: { min_period: '500ms', max_period: '1m', max_retries: 250 },
    },
  ],
  scrape_configs: [
    {
      job_name: 'pods',
      pipeline_stages: stages(spec),
      kubernetes_sd_configs: [discovery(spec)],
      relabel_configs: [...exclude(spec.podLogs?.namespaces?.exclude), ...labelRules(), ...pathRules()],
    },
  ],
});

/** Paths that typed fields own, and which. */
export const PROMTAIL_OWNED: OwnedPaths = {
  'server.http_listen_port': 'the operator',
  positions: 'the operator',
  clients: 'the operator',
  scrape_configs: 'spec.collection.promtail.podLogs',
};

/** Promtail's configuration as an object. */
export const promtailConfig = (spec: PromtailSpec, sink: LokiSink): Tree => deepMerge(ours(spec, sink), spec.config ?? {});
