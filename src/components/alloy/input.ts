import type { Size } from '../../api/common.ts';
import type { LogStackSpec } from '../../api/logstack.ts';
import type { Component, Owner } from '../kit/owner.ts';
import type { KafkaSink, LokiSink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { CLUSTER_PROFILES } from './defaults.ts';
import type { AnyAlloy } from './workload.ts';

type Collection = NonNullable<LogStackSpec['collection']>;
export type AlloySpec = NonNullable<Collection['alloy']>;

/** Path and tenant of a Loki's push. */
export interface LokiTarget {
  url: string;
  tenant: string | undefined;
}

export const lokiTarget = (sink: LokiSink): LokiTarget => ({ url: `${sink.url}/loki/api/v1/push`, tenant: sink.tenant });

export interface KafkaTarget {
  kafka: KafkaSink;
}

/** All that the rendering of a log-collecting Alloy depends on. */
export interface AlloyInput {
  owner: Owner;
  version: string;
  size: Size;
  spec: AlloySpec;
  images: Stage['images'];
  networkPolicy: Stage['networkPolicy'];
  /** Where logs go. */
  target: LokiTarget | KafkaTarget;
  access?: AnyAlloy['access'];
  /** Folder of the node with the positions that a Promtail has left: Alloy goes on from there. */
  promtail?: string | undefined;
}

export const podLogsFrom = (spec: AlloySpec): 'files' | 'api' | 'none' => spec.podLogs?.from ?? 'files';

export const collectsEvents = (spec: AlloySpec): boolean => spec.events ?? true;

/** Whether pods on every node read files. */
export const needsNode = (spec: AlloySpec): boolean => podLogsFrom(spec) === 'files';

/** Whether something is read through the API server. */
export const needsCluster = (spec: AlloySpec): boolean => podLogsFrom(spec) === 'api' || collectsEvents(spec);

/** Events come from one pod at a time; only pod logs are shared out between several. */
export const clusterReplicas = (input: AlloyInput): number => input.spec.replicas ?? CLUSTER_PROFILES[input.size].replicas;

const component = (input: Pick<AlloyInput, 'owner' | 'version'>, name: string): Component => ({
  owner: input.owner,
  component: name,
  product: 'alloy',
  version: input.version,
});

export const nodeComponent = (input: Pick<AlloyInput, 'owner' | 'version'>): Component => component(input, 'alloy');

export const clusterComponent = (input: Pick<AlloyInput, 'owner' | 'version'>): Component => component(input, 'alloy-cluster');

export const kafkaOf = ({ target }: Pick<AlloyInput, 'target'>): KafkaTarget | undefined => ('kafka' in target ? target : undefined);
