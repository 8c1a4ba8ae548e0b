import { DATASOURCE_KINDS } from '../api/dashboardstack.ts';
import type { DashboardStack, StoreStack } from '../api/kinds.ts';
import type { Wire } from '../api/status.ts';
import { type KubeObject, type ObjectRef, refKey, refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { selects } from './selector.ts';
import { validGet, validList } from './valid.ts';

/** A link from a DashboardStack to a stack: with the stack itself where the link is active. */
export interface StackLink {
  to: ObjectRef;
  state: Wire['state'];
  /** Asked for by name: Ready waits for it. */
  required: boolean;
  why?: string;
  target?: StoreStack;
}

/** Whether a resource lets resources of a namespace refer to it. */
export const admits = (target: StoreStack, namespace: string): boolean =>
  target.metadata.namespace === namespace ||
  (target.spec.allowedNamespaces ?? []).some((allowed) => allowed === '*' || allowed === namespace);

const denied = (to: ObjectRef, namespace: string): string =>
  `${refKey(to)} does not allow namespace ${namespace}: add it to spec.allowedNamespaces there`;

const missing = (to: ObjectRef, view: View): string =>
  view.get(to.kind, to.namespace, to.name)
    ? `the spec of ${refKey(to)} is invalid: see its conditions, and mend it`
    : `${refKey(to)} does not exist: create it, or take it out of spec.stacks.refs`;

function link(to: ObjectRef, target: StoreStack, namespace: string, required: boolean): StackLink {
  if (!admits(target, namespace)) return { to, state: 'Denied', required, why: denied(to, namespace) };
  return { to, state: 'Active', required, target };
}

/** Stacks that a DashboardStack names. */
function named(dashboard: DashboardStack, view: View): StackLink[] {
  const own = dashboard.metadata.namespace ?? '';
  return (dashboard.spec.stacks?.refs ?? []).map((ref) => {
    const to = { kind: ref.kind, namespace: ref.namespace ?? own, name: ref.name };
    const target = validGet<StoreStack>(view, to.kind, to.namespace, to.name);
    return target ? link(to, target, own, true) : { to, state: 'Waiting', required: true, why: missing(to, view) };
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
    .map((stack) => link(refOf(stack), stack, dashboard.metadata.namespace ?? '', false));
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
