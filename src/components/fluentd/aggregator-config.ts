import type { Owner } from '../kit/owner.ts';
import type { KafkaSink, Sink } from '../kit/sink.ts';
import { sinkVariable } from '../kit/sinkaccess.ts';
import type { BufferSettings } from './buffer.ts';
import { common } from './config.ts';
import { FORWARD_PORT } from './defaults.ts';
import { elasticsearchIds, kafkaProperties, outputFor } from './outputs.ts';
import { labelled } from './records.ts';
import { env, envMap, section, type Section } from './syntax.ts';

/** What the configuration of an aggregator depends on. */
export interface AggregatorConfig {
  owner: Owner;
  from: KafkaSink | undefined;
  to: Sink;
  buffer: BufferSettings;
  metrics: boolean;
}

/** Acknowledges a chunk once it is in the buffer, so the buffer must say no when it is full, and not wait. */
const forwardInput = (): Section =>
  section(
    'source',
    { '@type': 'forward', '@id': 'in', '@label': '@IN', bind: '0.0.0.0', port: FORWARD_PORT.port, tag: 'pods' },
    [section('security', { self_hostname: env('POD_NAME'), shared_key: env('SHARED_KEY') })],
  );

/** Environment by which the source gets its settings: what users wrote (brokers) never stands in the Ruby that makes the map. */
export function kafkaEnvironment(from: KafkaSink, owner: Owner): Record<string, string> {
  const settings: Record<string, string> = {
    'bootstrap.servers': from.brokers.join(','),
    'group.id': `${owner.namespace}.${owner.name}.fluentd`,
    'auto.offset.reset': 'earliest',
    ...kafkaProperties(from, 'source'),
  };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [variableOf(key), value]));
}

const variableOf = (property: string): string => `KAFKA_${property.replaceAll('.', '_').toUpperCase()}`;

const PROPERTIES = ['bootstrap.servers', 'group.id', 'auto.offset.reset', 'security.protocol'];

/**
 * librdkafka's consumer, since ruby-kafka speaks no protocol that Kafka 4 still takes. It commits by time, so a crash can lose what was
 * read and not yet buffered: ten thousand records at most.
 */
function kafkaInput(from: KafkaSink): Section {
  const given = [...PROPERTIES, ...Object.keys(kafkaProperties(from, 'source')).filter((key) => !PROPERTIES.includes(key))];
  const names = Object.fromEntries(given.map((key) => [key, variableOf(key)]));
  const secrets: Record<string, string> = from.sasl ? { 'sasl.username': sinkVariable('source', 'USER'), 'sasl.password': sinkVariable('source', 'PASSWORD') } : {};
  return section(
    'source',
    {
      '@type': 'rdkafka_group',
      '@id': 'in',
      '@label': '@IN',
      topics: from.topic,
      time_source: 'kafka',
      max_batch_size: 10_000,
      disable_retry_limit: true,
      kafka_configs: envMap({ ...names, ...secrets }),
    },
    [section('parse', { '@type': 'json' })],
  );
}

const prepared = (to: Sink): Section[] => {
  if (to.type === 'loki') return [labelled()];
  return to.type === 'elasticsearch' ? [elasticsearchIds()] : [];
};

/** Input → labels or ids → output, which has a label of its own. */
export function aggregatorConfig({ from, to, buffer, metrics }: AggregatorConfig): Section[] {
  return [
    ...common(metrics),
    from ? kafkaInput(from) : forwardInput(),
    section('label @IN', {}, [...prepared(to), section('match **', { '@type': 'relabel', '@label': '@OUT' })]),
    section('label @OUT', {}, [outputFor(to, buffer)]),
  ];
}
