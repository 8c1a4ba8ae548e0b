import type { MetricsStackSpec } from '../../api/metricsstack.ts';
import type { ObjectStorage } from '../../api/objectstorage.ts';
import type { Peer } from '../kit/network.ts';
import { type Resources, resolveResources } from '../kit/profile.ts';
import type { Stage } from '../kit/stage.ts';
import { MIMIR_PROFILES, NO_AUTH_TENANT } from './defaults.ts';

/** All that the rendering of a Mimir depends on. */
export interface MimirInput {
  stage: Stage;
  version: string;
  spec: MetricsStackSpec;
  /** Pods of other components that talk to the HTTP port: collectors, Tempo, Grafana. */
  clients: readonly Peer[];
  /** Hash of the Secrets that Mimir reads once, so that pods restart when they change. */
  secretHash: string;
}

type Spec = MetricsStackSpec;

export const storageOf = (spec: Spec): ObjectStorage => spec.storage ?? { type: 'filesystem' };

/** Replicas asked for, or by size; a filesystem has one whatever the size. */
export function mimirReplicas(spec: Spec): number {
  if (spec.mimir?.replicas !== undefined) return spec.mimir.replicas;
  return storageOf(spec).type === 'filesystem' ? 1 : MIMIR_PROFILES[spec.size ?? 'small'].replicas;
}

/** How often each series is held. Of two pods both would have to be there for every write, whatever this said: there are never two. */
export const replicationFactor = (spec: Spec): number => (mimirReplicas(spec) === 1 ? 1 : 3);

export const mimirResources = (spec: Spec): Required<{ [K in keyof Resources]: Record<string, string> }> =>
  resolveResources(MIMIR_PROFILES[spec.size ?? 'small'], spec.mimir?.resources);

export const hasAlertmanager = (spec: Spec): boolean => spec.alertmanager?.enabled !== false;

/** Tenant to write as; undefined while the store knows none. */
export const tenantOf = ({ tenancy }: Spec): string | undefined => (tenancy?.enabled ? tenancy.tenant : undefined);

/** Tenants that the spec names, its own first, with what it says of each. */
export function namedTenants(spec: Spec): readonly NonNullable<Spec['tenants']>[number][] {
  const own = tenantOf(spec) ?? NO_AUTH_TENANT;
  const others = spec.tenants ?? [];
  return others.some(({ name }) => name === own) ? others : [{ name: own }, ...others];
}
