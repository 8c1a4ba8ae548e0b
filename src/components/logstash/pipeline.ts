import type { LogstashCondition, LogstashFilter, LogstashInput as InputSpec, LogstashOutput, LogstashPipeline } from '../../api/logstash.ts';
import { jaasConfig, securityProtocol } from '../kafka/client.ts';
import { consumerGroup } from '../kafka/part.ts';
import type { KafkaSink } from '../kit/sink.ts';
import { sinkFile, sinkVariable } from '../kit/sinkaccess.ts';
import { type LogstashInput, inputsOf, logstashReplicas, pipelinesOf, portOf } from './input.ts';
import { type Item, plugin, type Plugin, type Section, type Test, variable, Variable } from './syntax.ts';

/** The typed pipelines as trees of Logstash's language, with the option names of 9.x. */

/** Namespaces of the streams of Beats that have one of their own. */
const BEAT_STREAMS = ['packetbeat', 'heartbeat', 'auditbeat'];

const reference = (role: 'USER' | 'PASSWORD'): string => variable(sinkVariable('source', role)).text;

/** Records from before the group was made are read too. A record is forgotten by Kafka's group only once it lies in the queue here. */
function kafkaInput(input: LogstashInput, pipeline: LogstashPipeline, kafka: NonNullable<InputSpec['kafka']>): Plugin {
  const { from } = input.flow;
  // Validation has told who has no buffer.
  if (!from) return plugin('kafka', {});
  const group = consumerGroup(input.owner, pipelinesOf(input).length > 1 ? `logstash.${pipeline.name}` : 'logstash');
  return plugin('kafka', {
    bootstrap_servers: from.brokers.join(','),
    topics: kafka.topics ?? [from.topic],
    group_id: kafka.groupId ?? group,
    client_id: group,
    consumer_threads: kafka.threads ?? Math.max(1, Math.ceil(from.partitions / logstashReplicas(input))),
    auto_offset_reset: 'earliest',
    codec: 'json',
    ...kafkaSecurity(from),
  });
}

function kafkaSecurity(from: KafkaSink): Plugin['attributes'] {
  const { tls, sasl } = from;
  return {
    security_protocol: securityProtocol(from),
    ...(tls?.ca ? { ssl_truststore_type: 'PEM', ssl_truststore_location: sinkFile('source', 'ca.crt') } : {}),
    ...(sasl ? { sasl_mechanism: sasl.mechanism, sasl_jaas_config: new Variable(jaasConfig(sasl.mechanism, reference('USER'), reference('PASSWORD'))) } : {}),
  };
}

function inputItem(input: LogstashInput, pipeline: LogstashPipeline, spec: InputSpec): Item {
  const port = portOf(spec);
  if (spec.raw !== undefined) return { raw: spec.raw };
  if (spec.beats) return plugin('beats', { port, ssl_enabled: false });
  if (spec.http) return plugin('http', { port, ssl_enabled: false });
  if (spec.tcp) return plugin('tcp', { port, codec: spec.tcp.codec ?? 'json_lines' });
  if (spec.syslog) return plugin('syslog', { port });
  return kafkaInput(input, pipeline, spec.kafka ?? {});
}

function testOf({ field, is, isNot, matches, isOneOf: anyOf, exists = true }: LogstashCondition): Test {
  if (is !== undefined) return { field, operator: '==', value: is };
  if (isNot !== undefined) return { field, operator: '!=', value: isNot };
  if (matches !== undefined) return { field, operator: '=~', value: matches };
  return anyOf === undefined ? { field, exists } : { field, anyOf };
}

const under = (tests: readonly LogstashCondition[] | undefined, item: Item): Item =>
  tests === undefined || tests.length === 0 ? item : { tests: tests.map(testOf), items: [item] };

const grok = ({ field, patterns, definitions, overwrite }: NonNullable<LogstashFilter['grok']>): Plugin =>
  plugin('grok', { match: { [field ?? 'message']: patterns }, pattern_definitions: definitions, overwrite });

const mutate = ({ rename, replace, convert, lowercase, add, remove }: NonNullable<LogstashFilter['mutate']>): Plugin =>
  plugin('mutate', { rename, replace, convert, lowercase, add_field: add, remove_field: remove });

const date = ({ field, formats, timezone, target }: NonNullable<LogstashFilter['date']>): Plugin =>
  plugin('date', { match: [field, ...formats], timezone: timezone ?? 'UTC', target });

function filterItem(filter: LogstashFilter): Item {
  if (filter.raw !== undefined) return { raw: filter.raw };
  if (filter.grok) return grok(filter.grok);
  if (filter.json) return plugin('json', { source: filter.json.field ?? 'message', target: filter.json.target, skip_on_invalid_json: true });
  if (filter.mutate) return mutate(filter.mutate);
  if (filter.date) return date(filter.date);
  if (filter.geoip) return plugin('geoip', { source: filter.geoip.field, target: filter.geoip.target });
  return plugin('drop', {});
}

/** `routed`: to the stream that the event itself names. */
const stream = ({ store }: LogstashInput, routed: boolean): Plugin =>
  plugin('elasticsearch', {
    hosts: [`https://${store.host}:${store.port}`],
    ssl_enabled: true,
    ssl_certificate_authorities: [sinkFile('sink', 'ca.crt')],
    user: store.user,
    password: variable(sinkVariable('sink', 'PASSWORD')),
    data_stream: true,
    data_stream_type: 'logs',
    data_stream_dataset: store.dataset,
    data_stream_namespace: store.dataNamespace,
    data_stream_auto_routing: routed,
  });

/**
 * Beats say which stream of the stack an event is for: metrics, or one of the beat's own. All else goes to the logs, whatever it says of
 * itself: a line of an application, taken apart as JSON, could else make streams without end.
 */
const storeItem = (input: LogstashInput): Item => ({
  tests: [
    { field: '[data_stream][dataset]', operator: '==', value: input.store.dataset },
    { field: '[data_stream][type]', anyOf: ['logs', 'metrics'] },
    { field: '[data_stream][namespace]', anyOf: [input.store.dataNamespace, ...BEAT_STREAMS] },
  ],
  items: [stream(input, true)],
  otherwise: [stream(input, false)],
});

const outputItem = (input: LogstashInput, output: LogstashOutput): Item =>
  under(output.if, output.raw === undefined ? storeItem(input) : { raw: output.raw });

/** The file of one pipeline. */
export const pipelineSections = (input: LogstashInput, pipeline: LogstashPipeline): Section[] => [
  { type: 'input', items: inputsOf(pipeline, input.flow).map((spec) => inputItem(input, pipeline, spec)) },
  { type: 'filter', items: (pipeline.filters ?? []).map((filter) => under(filter.if, filterItem(filter))) },
  { type: 'output', items: (pipeline.outputs ?? [{ store: {} }]).map((output) => outputItem(input, output)) },
];
