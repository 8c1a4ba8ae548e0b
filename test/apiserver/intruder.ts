import type { Manifest } from '../../src/base/object.ts';
import { refKey, refOf } from '../../src/base/object.ts';
import { firstDifference } from '../../src/engine/subset.ts';
import { ApiError, type Client } from '../controlplane/index.ts';
import { otherValues, pointerTo, type Spot, spotsOf } from './fields.ts';
import { pathOf } from './stacks.ts';

/** Somebody else who changes fields of our children, as `kubectl edit` would. */

export const INTRUDER = 'intruder';

/** One way to change one field. */
export interface Edit {
  /** `change spec.replicas` */
  text: string;
  spot: Spot;
  /** Tried in turn, until the API server takes one. */
  operations: readonly { op: 'replace' | 'remove'; value?: unknown }[];
}

export type Outcome =
  /** What then lived. */
  | { done: 'changed'; object: Manifest }
  /** A default of the API server equals what we render. */
  | { done: 'no difference' }
  | { done: 'refused' };

/** To every field another value, and then every field removed. */
export function editsOf(manifest: Manifest): Edit[] {
  const spots = spotsOf(manifest);
  const changes = spots.flatMap((spot): Edit[] => {
    const values = otherValues(spot);
    return values.length === 0 ? [] : [{ text: `change ${spot.text}`, spot, operations: values.map((value) => ({ op: 'replace', value })) }];
  });
  return [...changes, ...spots.map((spot): Edit => ({ text: `remove ${spot.text}`, spot, operations: [{ op: 'remove' }] }))];
}

/** Makes an edit on a child that lives as `wanted` says; `live` is what there is. */
export async function intrude(client: Client, wanted: Manifest, live: Manifest, edit: Edit): Promise<Outcome> {
  const path = pointerTo(edit.spot, live);
  if (path === undefined) throw new Error(`${refKey(refOf(live))} has no ${edit.spot.text}`);
  for (const operation of edit.operations) {
    const object = await attempt(client, live, [{ path, ...operation }]);
    if (object !== undefined) return firstDifference(wanted, object) === undefined ? { done: 'no difference' } : { done: 'changed', object };
  }
  return { done: 'refused' };
}

/** Undefined when the API server does not take it. */
async function attempt(client: Client, live: Manifest, patch: readonly object[]): Promise<Manifest | undefined> {
  try {
    return await client.patch(`${pathOf(refOf(live))}?fieldManager=${INTRUDER}`, 'json', patch);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 422 || error.status === 400)) return undefined;
    throw error;
  }
}
