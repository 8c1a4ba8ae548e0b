import { DATASOURCE_KINDS } from '../api/dashboardstack.ts';
import type { DashboardStack, StoreStack } from '../api/kinds.ts';
import { type KubeObject, refKey, refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { admits, follow, reached, type Reference } from './reference.ts';
import { selects } from './selector.ts';
import { validList } from './valid.ts';

export { admits } from './reference.ts';

/** A link from a DashboardStack to a stack: with the stack itself where the link is active. */
export interface StackLink extends Reference {
  /** Asked for by name: Ready waits for it. */
  required: boolean;
}

/** Stacks that a DashboardStack names. */
function named(dashboard: DashboardStack, view: View): StackLink[] {
  const own = dashboard.metadata.namespace ?? '';
  return (dashboard.spec.stacks?.refs ?? []).map((ref) => {
    const to = { kind: ref.kind, namespace: ref.namespace ?? own, name: ref.name };
    return { ...follow(view, to, 'spec.stacks.refs', own), required: true };
  });
}

/** Whether the selector of a DashboardStack takes a stack; without one it takes all, unless it names some. */
function takes(dashboard: DashboardStack, stack: StoreStack): boolean {
  const { selector, namespaces, refs = [] } = dashboard.spec.stacks ?? {};
  if (!selector && refs.length > 0) return false;
  const where = namespaces ?? [namespaceOf(dashboard)];
  return where.includes(namespaceOf(stack)) && selects(selector ?? {}, stack.metadata.labels ?? {});
}

const namespaceOf = ({ metadata }: KubeObject): string => metadata.namespace ?? '';

/** All links of a DashboardStack to stacks, named ones first, each stack once. */
export function dashboardLinks(dashboard: DashboardStack, view: View): StackLink[] {
  const byName = named(dashboard, view);
  const taken = new Set(byName.map(({ to }) => refKey(to)));
  const selected = DATASOURCE_KINDS.flatMap((kind) => validList<StoreStack>(view, kind))
    .filter((stack) => takes(dashboard, stack) && !taken.has(refKey(refOf(stack))))
    .map((stack) => ({ ...reached(refOf(stack), stack, namespaceOf(dashboard)), required: false }));
  return [...byName, ...selected];
}

/** DashboardStacks with an active link to a stack: those that may talk to it. */
export function dashboardsOf(stack: StoreStack, view: View): DashboardStack[] {
  const self = refKey(refOf(stack));
  return validList<DashboardStack>(view, 'DashboardStack').filter((dashboard) => {
    const byName = (dashboard.spec.stacks?.refs ?? []).some(
      (ref) => refKey({ kind: ref.kind, namespace: ref.namespace ?? dashboard.metadata.namespace ?? '', name: ref.name }) === self,
    );
    return (byName || takes(dashboard, stack)) && admits(stack, dashboard.metadata.namespace ?? '');
  });
}
