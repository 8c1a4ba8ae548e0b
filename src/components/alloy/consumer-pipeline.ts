import type { AlloyConsumerSpec } from '../../api/alloyconsumer.ts';
import { consumerGroup } from '../kafka/part.ts';
import type { Owner } from '../kit/owner.ts';
import type { KafkaSink, LokiSink } from '../kit/sink.ts';
import { sinkFile, sinkVariable } from '../kit/sinkaccess.ts';
import { lokiTarget } from './input.ts';
import { logging, lokiWrite } from './pipeline.ts';
import { KAFKA_PROTOCOL } from './records.ts';
import { type Block, block, expression, type Value } from './syntax.ts';

/** Where records of the collectors have what Loki wants to know: first as Filebeat, Alloy and our Fluentd write it, then as others do. */
const FIELDS: Readonly<Record<string, string>> = {
  time: '"@timestamp"',
  line: 'message || log',
  namespace: 'kubernetes.namespace || kubernetes.namespace_name',
  container: 'kubernetes.container.name || kubernetes.container_name',
  pod: 'kubernetes.pod.name || kubernetes.pod_name',
  node: 'kubernetes.node.name || kubernetes.host',
  app: 'kubernetes.labels."app_kubernetes_io/name" || kubernetes.labels."app.kubernetes.io/name" || kubernetes.labels.app',
  cluster: 'orchestrator.cluster.name',
  dataset: 'event.dataset',
};

/** As the collectors that write to Loki themselves make it. */
const JOB = '{{ if .container }}{{ .namespace }}/{{ .container }}{{ else if .dataset }}{{ .dataset }}{{ end }}';

const tlsAttributes = ({ tls }: KafkaSink): Record<string, Value> => ({
  ...(tls?.ca ? { ca_file: sinkFile('source', 'ca.crt') } : {}),
  ...(tls?.certificate ? { cert_file: sinkFile('source', 'tls.crt'), key_file: sinkFile('source', 'tls.key') } : {}),
});

function authentication(from: KafkaSink): Block[] {
  const { tls, sasl } = from;
  const tlsConfig = tls ? [block('tls_config', undefined, tlsAttributes(from))] : [];
  if (!sasl) return tls ? [block('authentication', undefined, { type: 'ssl' }, tlsConfig)] : [];
  const env = (what: 'USER' | 'PASSWORD') => expression(`sys.env("${sinkVariable('source', what)}")`);
  const attributes = { mechanism: sasl.mechanism, user: env('USER'), password: env('PASSWORD'), use_tls: tls !== undefined };
  return [block('authentication', undefined, { type: 'sasl' }, [block('sasl_config', undefined, attributes, tlsConfig)])];
}

/** Reads each partition in one place; a slow Loki makes it wait, and Kafka keeps what was not read. */
const source = (owner: Owner, spec: AlloyConsumerSpec, from: KafkaSink): Block =>
  block(
    'loki.source.kafka',
    'buffer',
    {
      brokers: from.brokers,
      topics: [from.topic],
      group_id: consumerGroup(owner, 'alloy'),
      version: KAFKA_PROTOCOL,
      use_incoming_timestamp: spec.incomingTimestamp ?? true,
      // Loki takes no line without a label.
      labels: { job: `${owner.namespace}/${owner.name}-kafka` },
      forward_to: [expression('loki.process.records.receiver')],
    },
    authentication(from),
  );

/** From records to lines. What is no JSON stays a line as it is. */
const process = (spec: AlloyConsumerSpec): Block =>
  block('loki.process', 'records', { forward_to: [expression('loki.write.default.receiver')] }, [
    block('stage.json', undefined, { expressions: FIELDS }),
    block('stage.timestamp', undefined, { source: 'time', format: 'RFC3339Nano', action_on_failure: 'skip' }),
    block('stage.template', undefined, { source: 'job', template: JOB }),
    // Each from the field of its own name.
    block('stage.labels', undefined, { values: { namespace: '', container: '', app: '', cluster: '', job: '' } }),
    ...(spec.streamLabels ? [block('stage.static_labels', undefined, { values: spec.streamLabels })] : []),
    block('stage.structured_metadata', undefined, { values: { pod: 'pod', node: 'node' } }),
    block('stage.output', undefined, { source: 'line' }),
  ]);

/** Configuration of an Alloy that reads the buffer. */
export const consumerPipeline = (owner: Owner, spec: AlloyConsumerSpec, from: KafkaSink, to: LokiSink): Block[] => [
  logging,
  source(owner, spec, from),
  process(spec),
  lokiWrite(lokiTarget(to)),
];
