import type { V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { ObjectStorage } from '../../api/objectstorage.ts';
import type { Tree } from '../kit/merge.ts';
import { fromSecret } from '../kit/objectstorage.ts';
import { DATA_DIR } from './defaults.ts';

/** How a storage reaches Mimir: configuration without secrets, and the secrets as environment or file. */
export interface StorageAccess {
  /** Below `common.storage`, from which blocks, rules and the Alertmanager's state inherit. */
  config: Tree;
  env: V1EnvVar[];
  volumes: V1Volume[];
  mounts: V1VolumeMount[];
}

const GCS_KEY_DIR = '/etc/mimir/gcs';

const AZURE_VARIABLE = 'AZURE_ACCOUNT_KEY';

/** The one value that Mimir is to expand from its environment. */
export const EXPANDED_AZURE_KEY = `\${${AZURE_VARIABLE}}`;

export const needsExpansion = (storage: ObjectStorage): boolean => storage.azure?.secretName !== undefined;

type S3 = NonNullable<ObjectStorage['s3']>;
type Gcs = NonNullable<ObjectStorage['gcs']>;
type Azure = NonNullable<ObjectStorage['azure']>;

const plain = (config: Tree): StorageAccess => ({ config, env: [], volumes: [], mounts: [] });

/**
 * Without keys in its configuration the Thanos client looks at AWS' environment variables; with `native_aws_auth_enabled` it
 * uses the chain of the SDK (IRSA).
 */
function s3Access(s3: S3): StorageAccess {
  const pathStyle = s3.pathStyle ?? s3.endpoint !== undefined;
  const config = {
    backend: 's3',
    s3: {
      bucket_name: s3.bucket,
      endpoint: s3.endpoint ?? `s3.${s3.region}.amazonaws.com`,
      ...(s3.region === undefined ? {} : { region: s3.region }),
      ...(s3.insecure === undefined ? {} : { insecure: s3.insecure }),
      ...(pathStyle ? { bucket_lookup_type: 'path' } : {}),
      ...(s3.secretName === undefined ? { native_aws_auth_enabled: true } : {}),
    },
  };
  if (s3.secretName === undefined) return plain(config);
  return {
    ...plain(config),
    env: [
      fromSecret('AWS_ACCESS_KEY_ID', s3.secretName, 'access_key_id'),
      fromSecret('AWS_SECRET_ACCESS_KEY', s3.secretName, 'secret_access_key'),
    ],
  };
}

/** The key stays a file: Google's own client finds it by the environment variable. */
function gcsAccess(gcs: Gcs): StorageAccess {
  const config = { backend: 'gcs', gcs: { bucket_name: gcs.bucket } };
  if (gcs.secretName === undefined) return plain(config);
  return {
    config,
    env: [{ name: 'GOOGLE_APPLICATION_CREDENTIALS', value: `${GCS_KEY_DIR}/key.json` }],
    volumes: [{ name: 'gcs-key', secret: { secretName: gcs.secretName, items: [{ key: 'key.json', path: 'key.json' }] } }],
    mounts: [{ name: 'gcs-key', mountPath: GCS_KEY_DIR, readOnly: true }],
  };
}

/**
 * The client has no variable for the key: Mimir expands one. (On the command line, the other way, every process of the node
 * could read it.) Without a key it looks for an identity by itself: that of the ServiceAccount, else of the node.
 */
const azureAccess = (azure: Azure): StorageAccess => ({
  ...plain({
    backend: 'azure',
    azure: {
      account_name: azure.accountName,
      container_name: azure.container,
      ...(azure.endpointSuffix === undefined ? {} : { endpoint_suffix: azure.endpointSuffix }),
      ...(azure.secretName === undefined ? {} : { account_key: EXPANDED_AZURE_KEY }),
    },
  }),
  env: azure.secretName === undefined ? [] : [fromSecret(AZURE_VARIABLE, azure.secretName, 'account_key')],
});

/** Schema validation has made sure that the section of the type is there. */
export function storageAccess(storage: ObjectStorage): StorageAccess {
  if (storage.s3) return s3Access(storage.s3);
  if (storage.gcs) return gcsAccess(storage.gcs);
  if (storage.azure) return azureAccess(storage.azure);
  return plain({ backend: 'filesystem' });
}

/** Where each of the three stores lies: Mimir does not start when blocks share a place with another. */
export function storeConfig({ type, prefix = '' }: ObjectStorage): Record<'blocks_storage' | 'ruler_storage' | 'alertmanager_storage', Tree> {
  const place = (name: string): Tree => (type === 'filesystem' ? { filesystem: { dir: `${DATA_DIR}/${name}` } } : { storage_prefix: `${prefix}${name}` });
  return { blocks_storage: place('blocks'), ruler_storage: place('ruler'), alertmanager_storage: place('alertmanager') };
}

/** Mimir knows no way to write a `$` that is to stay one, but that of a variable which nobody sets, and its default. */
const DOLLAR = '${LGTM_NO_SUCH_VARIABLE:$}';

const literal = (text: string): string => text.replaceAll('$', () => DOLLAR);

/** What Mimir expands to this very value, keys included. */
export function unexpanded(value: unknown): unknown {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return value.map(unexpanded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [literal(key), unexpanded(item)]));
}
