import { dataStream, type ElasticsearchSink, type ForwardSink, type KafkaSink, type LogstashSink, type LokiSink, type Sink } from '../kit/sink.ts';
import { sinkFile, sinkVariable } from '../kit/sinkaccess.ts';
import { type Plugin, type Value, variable } from './syntax.ts';

/** The output of the pipeline, by what it sends to. Chunks are tried again for ever; those that a store refuses for good are kept aside. */

type Properties = Readonly<Record<string, Value | undefined>>;

const common = (limit: number): Properties => ({ match: '*', retry_limit: 'no_limits', 'storage.total_limit_size': limit });

/** Labels stay few; pod and node are structured metadata, which costs no stream. */
const loki = (sink: LokiSink): Properties => ({
  host: sink.host,
  port: sink.port,
  uri: '/loki/api/v1/push',
  tenant_id: sink.tenant,
  labels: "namespace=$kubernetes['namespace'],container=$kubernetes['container']['name'],app=$app,job=$job",
  structured_metadata: "pod=$kubernetes['pod']['name'],node=$kubernetes['node']['name']",
  remove_keys: 'kubernetes,stream,app,job',
  line_format: 'json',
  drop_single_key: 'raw',
  compress: 'gzip',
});

/** The answer names every record of a request: with the default of 4 KB it could not be read. `generate_id`: sent twice, stored once. */
const elasticsearch = (sink: ElasticsearchSink): Properties => ({
  host: sink.host,
  port: sink.port,
  tls: true,
  'tls.verify': true,
  'tls.ca_file': sinkFile('sink', 'ca.crt'),
  http_user: sink.user,
  http_passwd: variable(sinkVariable('sink', 'PASSWORD')),
  index: dataStream('logs', sink),
  suppress_type_name: true,
  write_operation: 'create',
  generate_id: true,
  logstash_format: false,
  time_key: '@timestamp',
  time_key_nanos: true,
  buffer_size: '5M',
  trace_error: true,
  compress: 'gzip',
});

const kafkaTls = ({ tls }: KafkaSink): Properties => ({
  'rdkafka.ssl.ca.location': tls?.ca && sinkFile('sink', 'ca.crt'),
  'rdkafka.ssl.certificate.location': tls?.certificate && sinkFile('sink', 'tls.crt'),
  'rdkafka.ssl.key.location': tls?.key && sinkFile('sink', 'tls.key'),
});

const kafkaSasl = ({ sasl }: KafkaSink): Properties =>
  sasl
    ? {
        'rdkafka.sasl.mechanism': sasl.mechanism,
        'rdkafka.sasl.username': variable(sinkVariable('sink', 'USER')),
        'rdkafka.sasl.password': variable(sinkVariable('sink', 'PASSWORD')),
      }
    : {};

/**
 * A chunk counts as sent once librdkafka has it, so what is there must not time out (the default is five minutes) and must be little: a
 * crash loses it. While it is full, chunks stay on disk.
 */
const kafka = (sink: KafkaSink): Properties => ({
  brokers: sink.brokers.join(','),
  topics: sink.topic,
  format: 'json',
  timestamp_key: '@timestamp',
  timestamp_format: 'iso8601_ns',
  'rdkafka.security.protocol': `${sink.sasl ? 'sasl_' : ''}${sink.tls ? 'ssl' : 'plaintext'}`,
  ...kafkaTls(sink),
  ...kafkaSasl(sink),
  'rdkafka.request.required.acks': -1,
  'rdkafka.message.timeout.ms': 0,
  'rdkafka.queue.buffering.max.kbytes': 16_384,
  'rdkafka.message.max.bytes': sink.maxMessageBytes,
  'rdkafka.compression.codec': 'gzip',
});

/** Fluentd knows no metadata beside a record. */
const forward = (sink: ForwardSink): Properties => ({
  host: sink.host,
  port: sink.port,
  shared_key: variable(sinkVariable('sink', 'SHARED_KEY')),
  self_hostname: variable('POD_NAME'),
  require_ack_response: true,
  retain_metadata_in_forward_mode: false,
  time_as_integer: false,
});

/** To Logstash's http input: it takes a list of events as JSON. */
const http = (sink: LogstashSink): Properties => ({
  host: sink.host,
  port: sink.httpPort,
  uri: '/',
  format: 'json',
  json_date_key: '@timestamp',
  json_date_format: 'iso8601',
  log_response_payload: false,
});

const named = (name: string, properties: Properties, limit: number): Plugin => ({ name, alias: 'out', ...common(limit), ...properties });

/** The output for a sink. `limit`: bytes of unsent chunks. */
export function outputFor(sink: Sink, limit: number): Plugin {
  switch (sink.type) {
    case 'loki':
      return named('loki', loki(sink), limit);
    case 'elasticsearch':
      return named('es', elasticsearch(sink), limit);
    case 'kafka':
      return named('kafka', kafka(sink), limit);
    case 'forward':
      return named('forward', forward(sink), limit);
    case 'logstash':
      return named('http', http(sink), limit);
  }
}
