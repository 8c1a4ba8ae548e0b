import { KINDS, type MetricsStack } from '../api/kinds.ts';
import { checkResource } from '../api/resource.ts';
import type { View } from '../base/view.ts';
import type { Plan } from '../status/plan.ts';
import { bind, invalidPlan } from './bind.ts';
import { composed, dashboardWires } from './compose.ts';

/** Everything that a MetricsStack asks for. Pure: the same stack and view give the same plan. */
export function planMetricsStack(stack: MetricsStack, view: View): Plan {
  const wrong = checkResource(stack);
  if (wrong.length > 0) return invalidPlan(stack, wrong);
  return composed({ resource: stack, view, parts: [], wires: dashboardWires(stack, view), version: '', storage: '', retention: [] });
}

export const metricsStackController = bind(KINDS.MetricsStack.resource, planMetricsStack);
