import type { StoreStack } from '../api/kinds.ts';
import type { Wire } from '../api/status.ts';
import { type ObjectRef, refKey } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { validGet } from './valid.ts';

/** A reference by name, resolved: with the stack itself where the link is active. */
export interface Reference<T extends StoreStack = StoreStack> {
  to: ObjectRef;
  state: Wire['state'];
  why?: string;
  target?: T;
}

/** Whether a resource lets resources of a namespace refer to it. */
export const admits = (target: StoreStack, namespace: string): boolean =>
  target.metadata.namespace === namespace ||
  (target.spec.allowedNamespaces ?? []).some((allowed) => allowed === '*' || allowed === namespace);

const denied = (to: ObjectRef, namespace: string): string =>
  `${refKey(to)} does not allow namespace ${namespace}: add it to spec.allowedNamespaces there`;

const missing = (to: ObjectRef, field: string, view: View): string =>
  view.get(to.kind, to.namespace, to.name)
    ? `the spec of ${refKey(to)} is invalid: see its conditions, and mend it`
    : `${refKey(to)} does not exist: create it, or take it out of ${field}`;

/** A stack that was found, as seen from a namespace. */
export const reached = <T extends StoreStack>(to: ObjectRef, target: T, from: string): Reference<T> =>
  admits(target, from) ? { to, state: 'Active', target } : { to, state: 'Denied', why: denied(to, from) };

/** Follows a reference by name. `field`: where it stands. `from`: the namespace of the resource that refers. */
export function follow<T extends StoreStack>(view: View, to: ObjectRef, field: string, from: string): Reference<T> {
  const target = validGet<T>(view, to.kind, to.namespace, to.name);
  return target ? reached(to, target, from) : { to, state: 'Waiting', why: missing(to, field, view) };
}
