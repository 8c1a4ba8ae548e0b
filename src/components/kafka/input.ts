import type { KafkaSpec, ManagedKafka } from '../../api/kafka.ts';
import type { Peer } from '../kit/network.ts';
import { type Component, componentName, type Owner } from '../kit/owner.ts';
import { resolveResources } from '../kit/profile.ts';
import type { Stage } from '../kit/stage.ts';
import { KAFKA_PROFILES } from './defaults.ts';
import { type Topic, topicOf } from './topic.ts';

/** All that the rendering of a managed Kafka depends on. */
export interface KafkaInput {
  stage: Stage;
  owner: Owner;
  version: string;
  spec: KafkaSpec;
  managed: ManagedKafka;
  /** Pods that write to it and read from it. */
  clients: readonly Peer[];
}

type Named = Pick<KafkaInput, 'owner' | 'version'>;

export const kafkaComponent = ({ owner, version }: Named): Component => ({ owner, component: 'kafka', product: 'kafka', version });

/** The Job that makes the topic. */
export const topicsComponent = ({ owner, version }: Named): Component => ({ owner, component: 'kafka-topics', product: 'kafka', version });

export const kafkaReplicas = ({ stage, managed }: Pick<KafkaInput, 'stage' | 'managed'>): number =>
  managed.replicas ?? KAFKA_PROFILES[stage.size].replicas;

export const kafkaVolume = ({ stage, managed }: Pick<KafkaInput, 'stage' | 'managed'>): string | number =>
  managed.storage?.size ?? KAFKA_PROFILES[stage.size].volume;

export const kafkaResources = ({ stage, managed }: Pick<KafkaInput, 'stage' | 'managed'>) =>
  resolveResources(KAFKA_PROFILES[stage.size], managed.resources);

export const kafkaTopic = (input: KafkaInput): Topic => topicOf(input.owner, input.spec, kafkaVolume(input));

/** Secret with the id that makes the nodes one cluster, under the key `cluster-id`. */
export const clusterSecret = (owner: Owner): string => `${owner.name}-kafka-cluster`;

/** Pods of the StatefulSet, by node id. */
export const nodeNames = (input: KafkaInput): string[] =>
  Array.from({ length: kafkaReplicas(input) }, (_, id) => `${componentName(kafkaComponent(input))}-${id}`);

/** A node's own name inside the cluster, which it has before it is ready. */
export const nodeHost = ({ owner }: Pick<KafkaInput, 'owner'>, node: string): string => `${node}.${owner.name}-kafka-headless.${owner.namespace}.svc`;
