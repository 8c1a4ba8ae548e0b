import type { AlloyMetricsSpec } from '../../api/collectors/alloymetrics.ts';
import type { Size } from '../../api/common.ts';
import type { MetricsTarget } from '../kit/metrics-target.ts';
import type { Component, Owner } from '../kit/owner.ts';
import type { Stage } from '../kit/stage.ts';
import { ALLOY_METRICS_PROFILES } from '../prometheus/defaults.ts';

/** All that the rendering of a metrics-collecting Alloy depends on. */
export interface AlloyMetricsInput {
  owner: Owner;
  version: string;
  size: Size;
  spec: AlloyMetricsSpec;
  images: Stage['images'];
  networkPolicy: Stage['networkPolicy'];
  target: MetricsTarget;
}

export const alloyMetricsComponent = (input: { owner: Owner; version: string }): Component => ({
  owner: input.owner,
  component: 'alloy-metrics',
  product: 'alloy',
  version: input.version,
});

export const metricsReplicas = ({ spec, size }: Pick<AlloyMetricsInput, 'spec' | 'size'>): number =>
  spec.replicas ?? ALLOY_METRICS_PROFILES[size].replicas;
