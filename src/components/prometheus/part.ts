import type { PrometheusSpec } from '../../api/collectors/prometheus.ts';
import type { MetricsTarget } from '../kit/metrics-target.ts';
import { componentName } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import type { Stage } from '../kit/stage.ts';
import { PROMETHEUS_VERSION } from './defaults.ts';
import { type PrometheusInput, prometheusComponent } from './input.ts';
import { prometheusManifests } from './manifests.ts';
import { validatePrometheus } from './validate.ts';

/** Collection of metrics by Prometheus. */
export function prometheusPart(stage: Stage, spec: PrometheusSpec, target: MetricsTarget): Part {
  const input: PrometheusInput = {
    owner: stage.owner,
    version: stage.version('prometheus', spec.version, PROMETHEUS_VERSION),
    size: stage.size,
    spec,
    images: stage.images,
    networkPolicy: stage.networkPolicy,
    target,
  };
  const component = prometheusComponent(input);
  return part({
    manifests: prometheusManifests(input),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: validatePrometheus(spec),
    volumes: [{ workload: componentName(component), path: 'spec.collection.prometheus.storage' }],
    talkers: [component],
  });
}
