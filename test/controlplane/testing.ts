/** What the tests of this folder share. */
import type { Client } from './index.ts';

/** How long a control plane may take to start on a busy machine; milliseconds. */
export const START_MS = 120_000;

export const NAMESPACES = '/api/v1/namespaces';
export const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
export const VOLUMES = '/api/v1/persistentvolumes';

/** A claim that has its volume. */
export const isBound = (claim: object): boolean => hasStatus({ phase: 'Bound' })(claim);

/** Whether these fields of the status have these values. */
export function hasStatus(wanted: Record<string, unknown>): (object: object) => boolean {
  return (object) => {
    const { status = {} } = object as { status?: Record<string, unknown> };
    return Object.entries(wanted).every(([name, value]) => status[name] === value);
  };
}

/** Waits until an object is no longer there. */
export async function gone(client: Client, collection: string, name: string): Promise<void> {
  for await (const { type, object } of client.follow(collection, AbortSignal.timeout(60_000))) {
    if (type === 'DELETED' && object.metadata.name === name) return;
    // It may have gone before the first look.
    if ((await client.list(collection)).every((other) => other.metadata.name !== name)) return;
  }
  throw new Error(`${collection}/${name} is still there`);
}
