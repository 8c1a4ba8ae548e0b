import type { KibanaSpec } from '../../api/kibana.ts';
import type { Component, Owner } from '../kit/owner.ts';
import { resolveResources } from '../kit/profile.ts';
import type { Stage } from '../kit/stage.ts';
import { KIBANA_PROFILES } from './defaults.ts';

/** All that the rendering of a Kibana depends on. */
export interface KibanaInput extends Pick<Stage, 'owner' | 'size' | 'images' | 'networkPolicy'> {
  version: string;
  spec: KibanaSpec;
  /** Hash of what Kibana reads of Elasticsearch's Secrets at its start only: the authority, and its token. */
  secretsHash: string;
}

export const kibanaComponent = (input: { owner: Owner; version: string }): Component => ({
  owner: input.owner, component: 'kibana', product: 'kibana', version: input.version,
});

/** Secret with the keys that Kibana encrypts sessions, saved objects and reports with. Losing them loses those. */
export const kibanaKeysSecret = (owner: Owner): string => `${owner.name}-kibana-keys`;

export const kibanaReplicas = ({ size, spec }: Pick<KibanaInput, 'size' | 'spec'>): number => spec.replicas ?? KIBANA_PROFILES[size].replicas;

export const kibanaResources = ({ size, spec }: Pick<KibanaInput, 'size' | 'spec'>) => resolveResources(KIBANA_PROFILES[size], spec.resources);
