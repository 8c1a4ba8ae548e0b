import type { MetricsStack, TracingStack } from '../api/kinds.ts';
import type { Wire } from '../api/status.ts';
import { type ObjectRef, refKey, refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { admits, follow } from './reference.ts';
import { validList } from './valid.ts';

/** Tempo's own default name, which Grafana's exemplar mapping must repeat. */
const DEFAULT_TRACE_ID_LABEL = 'traceID';

/** Label of exemplars that holds the id of a trace. */
export const traceIdLabel = (stack: TracingStack): string => stack.spec.metricsGenerator?.traceIdLabel ?? DEFAULT_TRACE_ID_LABEL;

/** The MetricsStack that a metrics generator writes to, by reference. */
function wanted({ metadata, spec }: TracingStack): ObjectRef | undefined {
  const ref = spec.metricsGenerator?.remoteWrite.metricsStackRef;
  return ref && { kind: 'MetricsStack', namespace: ref.namespace ?? metadata.namespace ?? '', name: ref.name };
}

/** The link from a metrics generator to its MetricsStack, and that stack while the link is active. Without a generator: undefined. */
export function generatorTarget(stack: TracingStack, view: View): { wire: Wire; target?: MetricsStack } | undefined {
  const to = wanted(stack);
  if (!to) return undefined;
  const { state, why, target } = follow<MetricsStack>(view, to, 'spec.metricsGenerator', stack.metadata.namespace ?? '');
  const wire: Wire = { from: refKey(refOf(stack)), to: refKey(to), what: 'metrics', state, required: true, ...(why === undefined ? {} : { why }) };
  return target ? { wire, target } : { wire };
}

/** TracingStacks whose generators have an active link to a MetricsStack: it must let them in, and take their exemplars. */
export function generatorWritersOf(metrics: MetricsStack, view: View): TracingStack[] {
  const self = refKey(refOf(metrics));
  return validList<TracingStack>(view, 'TracingStack').filter((stack) => {
    const to = wanted(stack);
    return to !== undefined && refKey(to) === self && admits(metrics, stack.metadata.namespace ?? '');
  });
}
