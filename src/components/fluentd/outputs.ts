import { dataStream, type ElasticsearchSink, type ForwardSink, type KafkaAccess, type KafkaSink, type LogstashSink, type LokiSink, type Sink } from '../kit/sink.ts';
import { type SinkRole, sinkFile, sinkVariable } from '../kit/sinkaccess.ts';
import { type BufferSettings, fileBuffer, secondary } from './buffer.ts';
import { env, section, type Section, type Value } from './syntax.ts';

/** The last `match` of a pipeline, by what it sends to. */

const output = (params: Record<string, Value | undefined>, sections: readonly Section[]): Section => section('match **', { ...params, '@id': 'out' }, sections);

/**
 * Plain `elasticsearch`, not `elasticsearch_data_stream`: that one drops what a bulk request rejects, and wants the store up to start.
 * The version is given, or else it would ask at start and give up. Rejected for lack of room (es_rejected_execution_exception) is tried
 * again, against the plugin's default; rejected for its content (400) goes to @ERROR.
 */
function elasticsearch(sink: ElasticsearchSink, buffer: BufferSettings): Section {
  return output(
    {
      '@type': 'elasticsearch',
      scheme: 'https',
      host: sink.host,
      port: sink.port,
      user: sink.user,
      password: env(sinkVariable('sink', 'PASSWORD')),
      ssl_verify: true,
      ca_file: sinkFile('sink', 'ca.crt'),
      verify_es_version_at_startup: false,
      default_elasticsearch_version: 9,
      index_name: dataStream('logs', sink),
      write_operation: 'create',
      include_timestamp: true,
      suppress_type_name: true,
      logstash_format: false,
      id_key: '_hash',
      remove_keys: '_hash',
      unrecoverable_error_types: '["out_of_memory_error"]',
      log_es_400_reason: true,
      reload_connections: false,
      reload_on_failure: false,
      reconnect_on_error: true,
      request_timeout: '30s',
    },
    [fileBuffer(buffer, ' tag'), secondary()],
  );
}

/** Ids made before the first try, so that a request that is sent twice stores once. */
export const elasticsearchIds = (): Section => section('filter **', { '@type': 'elasticsearch_genid', hash_id_key: '_hash' });

/** Settings of librdkafka. Passwords are not among them. */
export function kafkaProperties(access: KafkaAccess, role: SinkRole): Record<string, string> {
  const { tls, sasl } = access;
  const protocol = `${sasl ? 'sasl_' : ''}${tls ? 'ssl' : 'plaintext'}`;
  return {
    'security.protocol': protocol,
    ...(tls?.ca ? { 'ssl.ca.location': sinkFile(role, 'ca.crt') } : {}),
    ...(tls?.certificate && tls.key ? { 'ssl.certificate.location': sinkFile(role, 'tls.crt'), 'ssl.key.location': sinkFile(role, 'tls.key') } : {}),
    ...(sasl ? { 'sasl.mechanisms': sasl.mechanism } : {}),
  };
}

/** librdkafka, since ruby-kafka speaks no protocol that Kafka 4 still takes. A record that is too large is a dead letter. */
function kafka(sink: KafkaSink, buffer: BufferSettings): Section {
  return output(
    {
      '@type': 'rdkafka2',
      brokers: sink.brokers.join(','),
      default_topic: sink.topic,
      required_acks: -1,
      compression_codec: 'gzip',
      rdkafka_message_max_bytes: sink.maxMessageBytes,
      use_event_time: true,
      ...(sink.sasl ? { username: env(sinkVariable('sink', 'USER')), password: env(sinkVariable('sink', 'PASSWORD')) } : {}),
      rdkafka_options: JSON.stringify(kafkaProperties(sink, 'sink')),
    },
    [
      section('format', { '@type': 'json' }),
      section('inject', { time_key: '@timestamp', time_type: 'string', time_format: '%Y-%m-%dT%H:%M:%S.%NZ', utc: true }),
      fileBuffer(buffer, ''),
      secondary(),
    ],
  );
}

/** With acknowledgement: a chunk is gone from here only once it lies in the aggregator's buffer. */
const forward = (sink: ForwardSink, buffer: BufferSettings): Section =>
  output({ '@type': 'forward', require_ack_response: true, ignore_network_errors_at_startup: true, expire_dns_cache: '30s' }, [
    section('security', { self_hostname: env('POD_NAME'), shared_key: env(sinkVariable('sink', 'SHARED_KEY')) }),
    section('server', { host: sink.host, port: sink.port }),
    fileBuffer(buffer, ' tag'),
    secondary(),
  ]);

/**
 * What is not named here is a dead letter. Only 503 is by default; and with `error_response_as_unrecoverable false`, which looks like the
 * other way, a refused chunk is logged and gone.
 */
const RETRYABLE = [401, 403, 404, 408, 429, 500, 502, 503, 504];

const logstash = (sink: LogstashSink, buffer: BufferSettings): Section =>
  output(
    {
      '@type': 'http',
      endpoint: `http://${sink.host}:${sink.httpPort}/`,
      http_method: 'post',
      content_type: 'application/json',
      json_array: true,
      error_response_as_unrecoverable: true,
      retryable_response_codes: JSON.stringify(RETRYABLE),
      open_timeout: 10,
      read_timeout: 60,
    },
    [section('format', { '@type': 'json' }), fileBuffer(buffer, ''), secondary()],
  );

/** Record fields that become labels; the plugin knows no structured metadata, so pod and node are labels too. */
export const LOKI_LABELS = ['namespace', 'pod', 'container', 'node', 'app', 'job'] as const;

/** Loki's own collectors send as much at a time. */
const LOKI_CHUNK = 2 ** 20;

/**
 * Loki takes lines out of order, so no label is needed to tell the flush threads apart. What it answers with 4xx (too old, too long) the
 * plugin logs and drops.
 */
const loki = (sink: LokiSink, buffer: BufferSettings): Section =>
  output(
    {
      '@type': 'loki',
      url: sink.url,
      tenant: sink.tenant,
      line_format: 'json',
      drop_single_key: true,
      extract_kubernetes_labels: false,
      include_thread_label: false,
      compress: 'gzip',
    },
    [section('label', Object.fromEntries(LOKI_LABELS.map((name) => [name, `$.${name}`]))), fileBuffer({ ...buffer, chunk: LOKI_CHUNK }, ''), secondary()],
  );

/** The output for a sink. */
export function outputFor(sink: Sink, buffer: BufferSettings): Section {
  switch (sink.type) {
    case 'elasticsearch':
      return elasticsearch(sink, buffer);
    case 'kafka':
      return kafka(sink, buffer);
    case 'forward':
      return forward(sink, buffer);
    case 'logstash':
      return logstash(sink, buffer);
    case 'loki':
      return loki(sink, buffer);
  }
}
