import type { AlloyMetricsSpec } from '../../api/collectors/alloymetrics.ts';
import type { Finding } from '../../api/finding.ts';
import type { MetricsTarget } from '../kit/metrics-target.ts';
import { componentName } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { ALLOY_METRICS_PROFILES, METRICS_COLLECTOR_ROLE } from '../prometheus/defaults.ts';
import { externalLabelFindings } from '../prometheus/validate.ts';
import { ALLOY_MINORS, ALLOY_VERSION } from './defaults.ts';
import { alloyMetricsComponent, type AlloyMetricsInput, metricsReplicas } from './metrics-input.ts';
import { metricsPipeline } from './metrics-pipeline.ts';
import { toAlloy } from './syntax.ts';
import { clusteredAlloy } from './workload.ts';

const PATH = 'spec.collection.alloy';

const validate = (spec: AlloyMetricsSpec): Finding[] => [
  ...externalLabelFindings(`${PATH}.externalLabels`, spec.externalLabels, spec.clusterName === undefined ? [] : ['cluster']),
  ...(spec.version === undefined ? [] : versionFindings(`${PATH}.version`, 'Alloy', spec.version, ALLOY_MINORS)),
];

/** Collection of metrics by Alloy. */
export function alloyMetricsPart(stage: Stage, spec: AlloyMetricsSpec, target: MetricsTarget): Part {
  const input: AlloyMetricsInput = {
    owner: stage.owner,
    version: stage.version('alloy-metrics', spec.version, ALLOY_VERSION),
    size: stage.size,
    spec,
    images: stage.images,
    networkPolicy: stage.networkPolicy,
    target,
  };
  const component = alloyMetricsComponent(input);
  return part({
    manifests: clusteredAlloy(input, {
      component,
      config: toAlloy(metricsPipeline(input)),
      profile: ALLOY_METRICS_PROFILES[stage.size],
      replicas: metricsReplicas(input),
      role: METRICS_COLLECTOR_ROLE,
      budget: true,
    }),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: validate(spec),
    volumes: [{ workload: componentName(component), path: `${PATH}.storage` }],
    talkers: [component],
  });
}
