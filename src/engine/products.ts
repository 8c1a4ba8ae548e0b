import type { KubeObject, NamespacedName } from '../base/object.ts';
import { nameKey } from '../base/object.ts';
import type { DataPlane, ReadSecret } from '../base/product.ts';
import { K8S } from '../base/resources.ts';
import type { Clock } from '../kube/clock.ts';
import { isNotFound } from '../kube/errors.ts';
import type { Log } from '../kube/log.ts';
import type { Objects } from '../kube/objects.ts';
import type { Caches } from './caches.ts';

/** What the engine gives to a data plane. */
export interface DataPlaneParts {
  secret: ReadSecret;
  clock: Clock;
  log: Log;
}

export type DataPlaneFactory = (parts: DataPlaneParts) => DataPlane;

/** Asks nobody, and knows nothing. */
export const NO_DATA_PLANE: DataPlane = {
  set: () => undefined,
  forget: () => undefined,
  facts: () => undefined,
  onChange: () => () => undefined,
  close: () => Promise.resolve(),
};

type Data = Readonly<Record<string, string>>;

const dataOf = (secret: KubeObject): Data => (secret as { data?: Data | null }).data ?? {};

/**
 * Secrets for the data plane. Our own are in the caches; of others the caches know the version, so that each version is read once.
 * Only one that no cache knows (just made, or not there) is asked for each time.
 */
export function secretReader(objects: Pick<Objects, 'get'>, caches: Caches): ReadSecret {
  const versions = new Map<string, { version: string; data: Data }>();
  const read = async (name: NamespacedName, signal: AbortSignal | undefined): Promise<KubeObject | undefined> => {
    try {
      return await objects.get(K8S.Secret, name, { signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  return async (name, signal) => {
    const own = caches.child({ kind: 'Secret', ...name });
    if (own !== undefined) return dataOf(own);
    const key = nameKey(name);
    const version = caches.secrets.get(name.namespace, name.name)?.metadata.resourceVersion;
    const known = versions.get(key);
    if (known !== undefined && known.version === version) return known.data;
    versions.delete(key);
    const found = await read(name, signal);
    if (found !== undefined && version !== undefined) versions.set(key, { version, data: dataOf(found) });
    return found === undefined ? undefined : dataOf(found);
  };
}
