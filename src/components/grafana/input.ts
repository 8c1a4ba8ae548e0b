import type { DashboardStackSpec } from '../../api/dashboardstack.ts';
import type { Component, Owner } from '../kit/owner.ts';
import type { Datasource } from './datasource.ts';

/** All that the rendering of a Grafana depends on. */
export interface GrafanaInput {
  owner: Owner;
  version: string;
  spec: DashboardStackSpec;
  datasources: readonly Datasource[];
  /** Hashes of the Secrets that datasources take values from: Grafana reads those at its start only. */
  secretHashes?: readonly string[];
}

export const grafanaComponent = (input: Pick<GrafanaInput, 'owner' | 'version'>): Component => ({
  owner: input.owner,
  component: 'grafana',
  product: 'grafana',
  version: input.version,
});

/** Secret with the first administrator: the user's, or the generated one. */
export const adminSecret = (input: Pick<GrafanaInput, 'owner' | 'spec'>): string =>
  input.spec.admin?.secretName ?? `${input.owner.name}-grafana-admin`;

/** Secret with the key that Grafana encrypts its stored credentials with. Always generated, never rotated by itself. */
export const keysSecret = (owner: Owner): string => `${owner.name}-grafana-keys`;
