import type { V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { ObjectStorage } from '../../api/objectstorage.ts';
import { fromSecret } from '../kit/objectstorage.ts';
import type { Tree } from '../kit/merge.ts';
import { DATA_DIR } from './defaults.ts';

/** How a storage reaches Tempo: configuration without secrets, and the secrets as environment or file. Nothing is expanded. */
export interface StorageAccess {
  /** Below `storage.trace`. */
  config: Tree;
  env: V1EnvVar[];
  volumes: V1Volume[];
  mounts: V1VolumeMount[];
}

const GCS_KEY_DIR = '/etc/tempo/gcs';

type S3 = NonNullable<ObjectStorage['s3']>;
type Gcs = NonNullable<ObjectStorage['gcs']>;
type Azure = NonNullable<ObjectStorage['azure']>;

const plain = (config: Tree): StorageAccess => ({ config, env: [], volumes: [], mounts: [] });

const prefixed = (prefix: string | undefined): Tree => (prefix === undefined ? {} : { prefix });

/** Without keys in its configuration Tempo looks at AWS' environment variables, then at the identity of the pod (IRSA). */
function s3Access(s3: S3, prefix: string | undefined): StorageAccess {
  const pathStyle = s3.pathStyle ?? s3.endpoint !== undefined;
  const config = {
    backend: 's3',
    s3: {
      bucket: s3.bucket,
      endpoint: s3.endpoint ?? `s3.${s3.region}.amazonaws.com`,
      ...(s3.region === undefined ? {} : { region: s3.region }),
      ...(s3.insecure === undefined ? {} : { insecure: s3.insecure }),
      ...(pathStyle ? { forcepathstyle: true } : {}),
      ...prefixed(prefix),
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
function gcsAccess(gcs: Gcs, prefix: string | undefined): StorageAccess {
  const config = { backend: 'gcs', gcs: { bucket_name: gcs.bucket, ...prefixed(prefix) } };
  if (gcs.secretName === undefined) return plain(config);
  return {
    config,
    env: [{ name: 'GOOGLE_APPLICATION_CREDENTIALS', value: `${GCS_KEY_DIR}/key.json` }],
    volumes: [{ name: 'gcs-key', secret: { secretName: gcs.secretName, items: [{ key: 'key.json', path: 'key.json' }] } }],
    mounts: [{ name: 'gcs-key', mountPath: GCS_KEY_DIR, readOnly: true }],
  };
}

/** Without a key Tempo must be told which identity to use: that of the ServiceAccount where it is annotated for it, else the node's. */
function azureAccess(azure: Azure, prefix: string | undefined, workloadIdentity: boolean): StorageAccess {
  const identity = workloadIdentity ? { use_federated_token: true } : { use_managed_identity: true };
  const config = {
    backend: 'azure',
    azure: {
      storage_account_name: azure.accountName,
      container_name: azure.container,
      ...(azure.endpointSuffix === undefined ? {} : { endpoint_suffix: azure.endpointSuffix }),
      ...(azure.secretName === undefined ? identity : {}),
      ...prefixed(prefix),
    },
  };
  return { ...plain(config), env: azure.secretName === undefined ? [] : [fromSecret('AZURE_STORAGE_KEY', azure.secretName, 'account_key')] };
}

/** Annotation by which Azure's webhook gives a pod the token of its ServiceAccount. */
export const AZURE_IDENTITY = 'azure.workload.identity/client-id';

/** Schema validation has made sure that the section of the type is there. */
export function storageAccess(storage: ObjectStorage, serviceAccountAnnotations: Readonly<Record<string, string>> = {}): StorageAccess {
  const { prefix, s3, gcs, azure } = storage;
  if (s3) return s3Access(s3, prefix);
  if (gcs) return gcsAccess(gcs, prefix);
  if (azure) return azureAccess(azure, prefix, AZURE_IDENTITY in serviceAccountAnnotations);
  return plain({ backend: 'local', local: { path: `${DATA_DIR}/blocks` } });
}
