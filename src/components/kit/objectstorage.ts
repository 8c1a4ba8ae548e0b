import type { V1EnvVar } from '@kubernetes/client-node';
import type { Finding } from '../../api/finding.ts';
import { type ObjectStorage, STORAGE_SECRET_KEYS } from '../../api/objectstorage.ts';
import type { Stage } from './stage.ts';
import { requiredSecret } from './secret.ts';

/** What the stores have in common about object storage; how each writes it into its configuration lies in its own folder. */

export const fromSecret = (name: string, secret: string, key: string): V1EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/** Name of the Secret that a storage needs, and the field that names it. */
export function storageSecret(storage: ObjectStorage): { name: string; path: string; type: 's3' | 'gcs' | 'azure' } | undefined {
  const { type } = storage;
  if (type === 'filesystem') return undefined;
  const name = storage[type]?.secretName;
  return name === undefined ? undefined : { name, path: `spec.storage.${type}.secretName`, type };
}

/** What the Secret of the storage lacks. */
export function storageSecretFindings(storage: ObjectStorage, stage: Pick<Stage, 'owner' | 'secret'>): Finding[] {
  const secret = storageSecret(storage);
  if (!secret) return [];
  const { namespace } = stage.owner;
  return requiredSecret({ namespace, name: secret.name, path: secret.path, keys: STORAGE_SECRET_KEYS[secret.type] }, (name) => stage.secret(name));
}

/** For the StorageReady condition: `s3 logs, credentials from Secret bucket (not probed)`. */
export function storageText(storage: ObjectStorage): string {
  const { type, s3, gcs, azure } = storage;
  if (type === 'filesystem') return 'filesystem of the volume';
  const secret = storageSecret(storage);
  const credentials = secret ? `credentials from Secret ${secret.name}` : 'workload identity';
  return `${type} ${s3?.bucket ?? gcs?.bucket ?? azure?.container ?? ''}, ${credentials} (not probed)`;
}
