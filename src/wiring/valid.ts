import { checkResource } from '../api/resource.ts';
import type { KubeObject } from '../base/object.ts';
import type { View } from '../base/view.ts';

/** Other people's resources may be broken (an older CRD, validation turned off); then it is as if they were not there. */
const valid = (resource: KubeObject): boolean => checkResource(resource).length === 0;

export const validList = <T extends KubeObject>(view: View, kind: string): T[] => view.list(kind).filter(valid) as T[];

export function validGet<T extends KubeObject>(view: View, kind: string, namespace: string, name: string): T | undefined {
  const found = view.get(kind, namespace, name);
  return found && valid(found) ? (found as T) : undefined;
}
