import type { KafkaSink } from '../kit/sink.ts';
import { sinkFile, sinkVariable } from '../kit/sinkaccess.ts';
import type { AlloyInput } from './input.ts';
import { type Block, block, expression } from './syntax.ts';

/**
 * Logs as records in Kafka: JSON with the fields that Filebeat gives them, whichever collector they come from, so that one reader
 * understands all.
 */

export const toKafka = expression('otelcol.receiver.loki.default.receiver');

/** Kafka's protocol that is spoken: the oldest that Kafka 4 takes, so that older brokers do too. */
export const KAFKA_PROTOCOL = '2.1.0';

const TIME = '(.time | default (now | date "2006-01-02T15:04:05.000000000Z07:00"))';
const KUBERNETES =
  '(dict "namespace" .namespace "pod" (dict "name" .pod) "container" (dict "name" .container) "node" (dict "name" .node) "labels" (dict "app" .app))';

/** A constant: values come from the line and its labels. A line without a time of its own (from the API) has that of its reading. */
const record = (more: string): string =>
  `{{ dict "@timestamp" ${TIME} "message" .Entry "kubernetes" ${KUBERNETES} "orchestrator" (dict "cluster" (dict "name" .cluster)) ${more} | toRawJson }}`;

const RECORDS = { pods: record('"stream" .stream'), events: record('"event" (dict "dataset" "kubernetes-events")') } as const;

/** From lines to records. The cluster's name has the form of a DNS label, so that as a template it is itself. */
export const recordStages = ({ spec }: Pick<AlloyInput, 'spec'>, of: keyof typeof RECORDS): Block[] => [
  ...(spec.clusterName === undefined ? [] : [block('stage.template', undefined, { source: 'cluster', template: spec.clusterName })]),
  block('stage.template', undefined, { source: 'record', template: RECORDS[of] }),
  block('stage.output', undefined, { source: 'record' }),
];

function security({ tls, sasl }: KafkaSink): Block[] {
  const certificate = tls?.certificate ? { cert_file: sinkFile('sink', 'tls.crt'), key_file: sinkFile('sink', 'tls.key') } : {};
  const env = (what: 'USER' | 'PASSWORD') => expression(`sys.env("${sinkVariable('sink', what)}")`);
  const login = sasl && block('sasl', undefined, { mechanism: sasl.mechanism, username: env('USER'), password: env('PASSWORD') });
  return [
    ...(tls ? [block('tls', undefined, { ...(tls.ca ? { ca_file: sinkFile('sink', 'ca.crt') } : {}), ...certificate })] : []),
    ...(login ? [block('authentication', undefined, undefined, [login])] : []),
  ];
}

/**
 * Tried for ever, without a queue between: readers wait meanwhile, so an outage of Kafka loses nothing that is still on disk. What Kafka
 * will not take for its size is dropped, and said so.
 */
export const kafkaWrite = (sink: KafkaSink): Block[] => [
  block('otelcol.receiver.loki', 'default', undefined, [block('output', undefined, { logs: [expression('otelcol.processor.transform.default.input')] })]),
  // The exporter would put a text into quotes; an object it writes as it is.
  block('otelcol.processor.transform', 'default', { error_mode: 'ignore' }, [
    block('log_statements', undefined, { context: 'log', statements: ['set(body, ParseJSON(body))'] }),
    block('output', undefined, { logs: [expression('otelcol.processor.batch.default.input')] }),
  ]),
  block('otelcol.processor.batch', 'default', { timeout: '1s', send_batch_size: 1000, send_batch_max_size: 2000 }, [
    block('output', undefined, { logs: [expression('otelcol.exporter.kafka.default.input')] }),
  ]),
  block('otelcol.exporter.kafka', 'default', { protocol_version: KAFKA_PROTOCOL, brokers: sink.brokers, client_id: 'alloy' }, [
    block('logs', undefined, { topic: sink.topic, encoding: 'raw' }),
    block('producer', undefined, { required_acks: -1, compression: 'gzip', max_message_bytes: sink.maxMessageBytes }),
    block('retry_on_failure', undefined, { max_elapsed_time: '0s' }),
    block('sending_queue', undefined, { enabled: false }),
    ...security(sink),
  ]),
];
