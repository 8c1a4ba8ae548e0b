import type { V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { ObjectStorage } from '../../api/objectstorage.ts';
import { fromSecret } from '../kit/objectstorage.ts';
import { DATA_DIR } from './defaults.ts';

/** How a storage reaches Loki: configuration without secrets, and the secrets as environment or file. */
export interface StorageAccess {
  /** Below `object_store` and `ruler_storage`. */
  config: Record<string, unknown>;
  env: V1EnvVar[];
  volumes: V1Volume[];
  mounts: V1VolumeMount[];
}

const GCS_KEY_DIR = '/etc/loki/gcs';

type S3 = NonNullable<ObjectStorage['s3']>;
type Gcs = NonNullable<ObjectStorage['gcs']>;
type Azure = NonNullable<ObjectStorage['azure']>;

/**
 * Without keys in its configuration the Thanos client looks at AWS' environment variables, so no secret is ever
 * interpolated; with `native_aws_auth_enabled` it uses the chain of the SDK (IRSA).
 */
function s3Access(s3: S3): StorageAccess {
  const pathStyle = s3.pathStyle ?? s3.endpoint !== undefined;
  return {
    config: {
      s3: {
        bucket_name: s3.bucket,
        endpoint: s3.endpoint ?? `s3.${s3.region}.amazonaws.com`,
        ...(s3.region === undefined ? {} : { region: s3.region }),
        ...(s3.insecure === undefined ? {} : { insecure: s3.insecure }),
        ...(pathStyle ? { bucket_lookup_type: 'path' } : {}),
        ...(s3.secretName === undefined ? { native_aws_auth_enabled: true } : {}),
      },
    },
    env:
      s3.secretName === undefined
        ? []
        : [
            fromSecret('AWS_ACCESS_KEY_ID', s3.secretName, 'access_key_id'),
            fromSecret('AWS_SECRET_ACCESS_KEY', s3.secretName, 'secret_access_key'),
          ],
    volumes: [],
    mounts: [],
  };
}

/** The key stays a file: Google's own client finds it by the environment variable. */
function gcsAccess(gcs: Gcs): StorageAccess {
  const config = { gcs: { bucket_name: gcs.bucket } };
  if (gcs.secretName === undefined) return { config, env: [], volumes: [], mounts: [] };
  return {
    config,
    env: [{ name: 'GOOGLE_APPLICATION_CREDENTIALS', value: `${GCS_KEY_DIR}/key.json` }],
    volumes: [{ name: 'gcs-key', secret: { secretName: gcs.secretName, items: [{ key: 'key.json', path: 'key.json' }] } }],
    mounts: [{ name: 'gcs-key', mountPath: GCS_KEY_DIR, readOnly: true }],
  };
}

/** Azure's client has no variable for the key: Loki expands this one (base64, so free of YAML's own characters). */
const azureAccess = (azure: Azure): StorageAccess => ({
  config: {
    azure: {
      account_name: azure.accountName,
      container_name: azure.container,
      ...(azure.secretName === undefined ? {} : { account_key: EXPANDED_AZURE_KEY }),
      ...(azure.endpointSuffix === undefined ? {} : { endpoint_suffix: azure.endpointSuffix }),
    },
  },
  env: azure.secretName === undefined ? [] : [fromSecret('AZURE_ACCOUNT_KEY', azure.secretName, 'account_key')],
  volumes: [],
  mounts: [],
});

/** The one value that Loki is to expand from its environment. */
export const EXPANDED_AZURE_KEY = '${AZURE_ACCOUNT_KEY}';

export const needsExpansion = (storage: ObjectStorage): boolean => storage.azure?.secretName !== undefined;

/** Schema validation has made sure that the section of the type is there. */
export function storageAccess(storage: ObjectStorage): StorageAccess {
  if (storage.s3) return s3Access(storage.s3);
  if (storage.gcs) return gcsAccess(storage.gcs);
  if (storage.azure) return azureAccess(storage.azure);
  return { config: { filesystem: { dir: `${DATA_DIR}/chunks` } }, env: [], volumes: [], mounts: [] };
}
