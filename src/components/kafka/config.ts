import type { OwnedPaths } from '../kit/merge.ts';
import { CLEANING, KAFKA_LOGS, KAFKA_PORTS } from './defaults.ts';
import { type KafkaInput, kafkaReplicas, kafkaTopic, nodeHost, nodeNames } from './input.ts';
import type { Properties } from './properties.ts';

/** Broker settings that typed fields own, and which. */
export const KAFKA_OWNED: OwnedPaths = {
  'process.roles': 'the operator',
  'node.id': 'the operator',
  'broker.id': 'the operator',
  'controller.quorum': 'spec.buffer.kafka.managed.replicas',
  listeners: 'the operator',
  'advertised.listeners': 'the operator',
  'listener.security.protocol.map': 'the operator',
  'inter.broker.listener.name': 'the operator',
  'controller.listener.names': 'the operator',
  'log.dirs': 'the operator',
  'log.dir': 'the operator',
  'metadata.log.dir': 'the operator',
  'auto.create.topics.enable': 'the operator',
  'default.replication.factor': 'spec.buffer.kafka.managed.replicas',
  'min.insync.replicas': 'spec.buffer.kafka.managed.replicas',
  'offsets.topic.replication.factor': 'spec.buffer.kafka.managed.replicas',
  'transaction.state.log.replication.factor': 'spec.buffer.kafka.managed.replicas',
  'transaction.state.log.min.isr': 'spec.buffer.kafka.managed.replicas',
  'share.coordinator.state.topic.replication.factor': 'spec.buffer.kafka.managed.replicas',
  'share.coordinator.state.topic.min.isr': 'spec.buffer.kafka.managed.replicas',
  'unclean.leader.election.enable': 'the operator',
  'message.max.bytes': 'spec.buffer.kafka.topic.maxMessageBytes',
  'replica.fetch.max.bytes': 'spec.buffer.kafka.topic.maxMessageBytes',
  'log.retention.check.interval.ms': 'the operator',
  'log.segment.delete.delay.ms': 'the operator',
};

const at = (host: string, { name, port }: { name: string; port: number }): string => `${name.toUpperCase()}://${host}:${port}`;

/** Static voters: their number is fixed for good, and a node needs to know no more than its own file to join. */
const voters = (input: KafkaInput): string =>
  nodeNames(input).map((node, id) => `${id}@${nodeHost(input, node)}:${KAFKA_PORTS.controller.port}`).join(',');

/** With three nodes a record is acknowledged once two have it; with one there is nothing to wait for. */
function safety(input: KafkaInput): Properties {
  const copies = kafkaReplicas(input);
  const inSync = copies > 1 ? 2 : 1;
  return {
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    'unclean.leader.election.enable': false,
    'auto.create.topics.enable': false,
  };
}

/** server.properties of one node. Each has a whole file of its own, so that nothing is put together in the pod. */
export function serverProperties(input: KafkaInput, id: number): Properties {
  const { client, internal, controller } = KAFKA_PORTS;
  const host = nodeHost(input, nodeNames(input)[id] ?? '');
  const { maxMessageBytes } = kafkaTopic(input);
  return {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters(input),
    listeners: [client, internal, controller].map((port) => at('', port)).join(','),
    'advertised.listeners': [client, internal].map((port) => at(host, port)).join(','),
    'listener.security.protocol.map': [client, internal, controller].map(({ name }) => `${name.toUpperCase()}:PLAINTEXT`).join(','),
    'inter.broker.listener.name': internal.name.toUpperCase(),
    'controller.listener.names': controller.name.toUpperCase(),
    'log.dirs': KAFKA_LOGS,
    ...safety(input),
    'message.max.bytes': maxMessageBytes,
    'replica.fetch.max.bytes': Math.max(maxMessageBytes, 1_048_576),
    'log.retention.check.interval.ms': CLEANING.interval,
    'log.segment.delete.delay.ms': CLEANING.fileDelay,
    ...input.managed.config,
  };
}

/** To the container's output, and to no file: the image's own configuration would fill the disk. */
export const LOGGING = {
  Configuration: {
    Appenders: { Console: { name: 'out', PatternLayout: { pattern: '[%d] %p %m (%c)%n' } } },
    Loggers: { Root: { level: 'INFO', AppenderRef: [{ ref: 'out' }] } },
  },
};
