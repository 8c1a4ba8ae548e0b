import type { Size } from '../../api/common.ts';
import type { PrometheusSpec } from '../../api/collectors/prometheus.ts';
import type { MetricsTarget } from '../kit/metrics-target.ts';
import type { Component, Owner } from '../kit/owner.ts';
import type { Stage } from '../kit/stage.ts';

/** All that the rendering of a Prometheus depends on. */
export interface PrometheusInput {
  owner: Owner;
  version: string;
  size: Size;
  spec: PrometheusSpec;
  images: Stage['images'];
  networkPolicy: Stage['networkPolicy'];
  target: MetricsTarget;
}

export const prometheusComponent = (input: { owner: Owner; version: string }): Component => ({
  owner: input.owner,
  component: 'prometheus',
  product: 'prometheus',
  version: input.version,
});

export const isServer = (spec: PrometheusSpec): boolean => spec.mode === 'server';

export const isPair = (spec: PrometheusSpec): boolean => spec.ha ?? false;

/** A pair needs a name, by which the store knows that the two belong together. */
export const clusterLabel = ({ owner, spec }: Pick<PrometheusInput, 'owner' | 'spec'>): string | undefined =>
  spec.clusterName ?? (isPair(spec) ? `${owner.namespace}-${owner.name}` : undefined);
