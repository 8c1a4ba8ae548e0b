import type { LogStackSpec } from '../../api/logstack.ts';
import type { Peer } from '../kit/network.ts';
import { type Component, componentName, type Owner } from '../kit/owner.ts';
import { resolveResources } from '../kit/profile.ts';
import type { Stage } from '../kit/stage.ts';
import { ELASTICSEARCH_PROFILES } from './defaults.ts';
import { clusterSecret, elasticsearchComponent } from './endpoints.ts';

/** All that the rendering of an Elasticsearch depends on. */
export interface ElasticsearchInput {
  owner: Owner;
  version: string;
  spec: LogStackSpec;
  /** Pods of other components that talk to the HTTP port. */
  clients: readonly Peer[];
  /** A cluster has formed once: another one must never be. */
  formed: boolean;
}

export const componentOf = (input: Pick<ElasticsearchInput, 'owner' | 'version'>): Component => elasticsearchComponent(input);

const profileOf = (spec: LogStackSpec) => ELASTICSEARCH_PROFILES[spec.size ?? 'small'];

export const nodesOf = (spec: LogStackSpec): number => spec.elasticsearch?.replicas ?? profileOf(spec).replicas;

export const volumeSize = (spec: LogStackSpec) => spec.elasticsearch?.storage?.size ?? profileOf(spec).volume;

export const memoryMapOf = (spec: LogStackSpec) => spec.elasticsearch?.memoryMap ?? 'auto';

/** As much memory is asked for as may be used, whichever of the two the user gives. */
export function resourcesOf(spec: LogStackSpec): ReturnType<typeof resolveResources> {
  const wanted = spec.elasticsearch?.resources;
  const { requests, limits } = resolveResources(profileOf(spec), wanted);
  const memory = wanted?.requests?.memory === undefined ? limits.memory : requests.memory;
  return { requests: { ...requests, ...(memory === undefined ? {} : { memory }) }, limits };
}

/** The node that forms the cluster, alone; all others join it. So no two of them can ever form two. */
export const firstNode = (owner: Owner): string => `${componentName(elasticsearchComponent({ owner, version: '' }))}-0`;

/** Whether a cluster is known to have formed: its id is in a Secret that outlives the resource, or it has just told it. */
export function hasFormed(stage: Stage): boolean {
  const memory = stage.secret(clusterSecret(stage.owner));
  return (memory.state === 'present' && memory.keys.includes('uuid')) || clusterId(stage) !== undefined;
}

/** Id of the cluster as it said it; `_na_` stands for none yet. */
export function clusterId(stage: Stage): string | undefined {
  const uuid = stage.product('elasticsearch')?.facts.uuid;
  return uuid === undefined || uuid === '' || uuid === '_na_' ? undefined : uuid;
}
