import { type Component, componentName, selectorLabels } from '../components/kit/owner.ts';
import type { WorkloadPlan } from '../status/plan.ts';

/** What the status needs to know of a component's workload. */
export const workloadPlan = (component: Component, kind: WorkloadPlan['kind']): WorkloadPlan => ({
  component: component.component,
  kind,
  name: componentName(component),
  namespace: component.owner.namespace,
  version: component.version,
  selector: selectorLabels(component),
});
