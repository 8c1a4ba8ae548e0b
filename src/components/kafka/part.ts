import type { KafkaSpec } from '../../api/kafka.ts';
import type { Peer } from '../kit/network.ts';
import type { Owner } from '../kit/owner.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { KafkaSink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';

/** How collectors and processors of a stack reach its Kafka. */
export const kafkaSink = (owner: Owner, _spec: KafkaSpec): KafkaSink => ({
  type: 'kafka',
  brokers: [`${owner.name}-kafka.${owner.namespace}.svc:9092`],
  topic: `${owner.namespace}.${owner.name}.logs`,
  partitions: 1,
  maxMessageBytes: 1_048_588,
});

export function kafkaPart(_stage: Stage, _spec: KafkaSpec, _clients: readonly Peer[]): Part {
  return EMPTY_PART;
}
