import type { Size } from '../../api/common.ts';
import type { LogStackSpec } from '../../api/logstack.ts';
import type { ObjectStorage } from '../../api/objectstorage.ts';
import type { Peer } from '../kit/network.ts';
import type { Component, Owner } from '../kit/owner.ts';
import { type Resources, resolveResources } from '../kit/profile.ts';
import { LOKI_PROFILES } from './defaults.ts';

/** All that the rendering of a Loki depends on. */
export interface LokiInput {
  owner: Owner;
  version: string;
  spec: LogStackSpec;
  /** Pods of other components that talk to the HTTP port: collectors, Grafana. */
  clients: readonly Peer[];
  /** Hash of the storage Secret, so that pods restart when it changes; empty without one. */
  secretHash: string;
}

export const lokiComponent = (input: Pick<LokiInput, 'owner' | 'version'>): Component => ({
  owner: input.owner,
  component: 'loki',
  product: 'loki',
  version: input.version,
});

export const sizeOf = (spec: { size?: Size | undefined }): Size => spec.size ?? 'small';

export const storageOf = (spec: LogStackSpec): ObjectStorage => spec.storage ?? { type: 'filesystem' };

/** Replicas asked for, or by size; a filesystem has one whatever the size. */
export function lokiReplicas(spec: LogStackSpec): number {
  if (spec.loki?.replicas !== undefined) return spec.loki.replicas;
  return storageOf(spec).type === 'filesystem' ? 1 : LOKI_PROFILES[sizeOf(spec)].replicas;
}

export const lokiResources = (spec: LogStackSpec): Required<{ [K in keyof Resources]: Record<string, string> }> =>
  resolveResources(LOKI_PROFILES[sizeOf(spec)], spec.loki?.resources);
