import { z } from 'zod';
import { flag, hostPort, objectName, text } from './common.ts';
import { patterned } from './pattern.ts';
import { type Rule, ruled } from './rule.ts';

/** Object storage that Loki (and later Tempo and Mimir) write to. Terms are those of the Thanos clients. */

const bucketName = (what: string) =>
  patterned(z.string().min(3).max(222), /^[A-Za-z0-9][-A-Za-z0-9._]*[A-Za-z0-9]$/, `expected the name of a ${what}`).meta({ description: `Name of the ${what}.` });

const s3 = ruled(
  z
    .strictObject({
      bucket: bucketName('bucket'),
      endpoint: hostPort('`host:port` of an S3-compatible server. Absent: AWS, by region.').optional(),
      region: text('Region.', 63).optional(),
      secretName: objectName('Secret with `access_key_id` and `secret_access_key`. Absent: workload identity (IRSA), by the annotations of the ServiceAccount.').optional(),
      pathStyle: flag('Bucket in the path instead of the host name, as MinIO and Ceph want it. Default: true with an endpoint, else false.').optional(),
      insecure: flag('Plain HTTP. Default: false.').optional(),
    })
    .meta({ description: 'S3, or a server that speaks it.' }),
  {
    cel: 'has(self.endpoint) || has(self.region)',
    code: 'RegionOrEndpointRequired',
    message: 'set region (AWS) or endpoint (any other S3-compatible server)',
    path: ['region'],
    holds: (s) => s.endpoint !== undefined || s.region !== undefined,
  },
  {
    cel: "!has(self.endpoint) || self.endpoint.split('.')[0] != self.bucket",
    code: 'StorageTypeMismatch',
    message: 'endpoint must not start with the name of the bucket: Loki adds it itself, or use pathStyle',
    path: ['endpoint'],
    holds: (s) => s.endpoint?.split('.')[0] !== s.bucket,
  },
);

const gcs = z
  .strictObject({
    bucket: bucketName('bucket'),
    secretName: objectName('Secret with `key.json`, a service account key. Absent: workload identity.').optional(),
  })
  .meta({ description: 'Google Cloud Storage.' });

const azure = z
  .strictObject({
    container: bucketName('container'),
    accountName: patterned(z.string().min(3).max(24), /^[a-z0-9]+$/, 'expected a storage account').meta({ description: 'Storage account.' }),
    secretName: objectName('Secret with `account_key`. Absent: managed identity.').optional(),
    endpointSuffix: hostPort('Default: blob.core.windows.net.').optional(),
  })
  .meta({ description: 'Azure Blob Storage.' });

export const STORAGE_TYPES = ['filesystem', 's3', 'gcs', 'azure'] as const;
export type StorageType = (typeof STORAGE_TYPES)[number];

const base = z
  .strictObject({
    type: z.enum(STORAGE_TYPES).meta({ description: 'filesystem: the volume of the one pod. Anything else: a bucket.' }),
    prefix: patterned(z.string().min(1).max(63), /^[a-z0-9A-Z-]+$/, 'expected letters, digits and dashes').optional()
      .meta({ description: 'Prefix of every object in the bucket, so that several stacks can share one.' }),
    s3: s3.optional(),
    gcs: gcs.optional(),
    azure: azure.optional(),
  })
  .meta({ description: 'Where the data lives. Default: filesystem.' });

type Base = z.output<typeof base>;

const belongs = (type: 's3' | 'gcs' | 'azure'): Rule<Base> => ({
  cel: `(self.type == '${type}') == has(self.${type})`,
  code: 'StorageTypeMismatch',
  message: `${type} must be set when type is ${type}, and left out otherwise`,
  path: [type],
  holds: (s) => (s.type === type) === (s[type] !== undefined),
});

export const objectStorage = ruled(base, belongs('s3'), belongs('gcs'), belongs('azure'), {
  cel: "self.type != 'filesystem' || !has(self.prefix)",
  code: 'StorageTypeMismatch',
  message: 'prefix belongs to a bucket, not to filesystem',
  path: ['prefix'],
  holds: (s) => s.type !== 'filesystem' || s.prefix === undefined,
});

export type ObjectStorage = z.output<typeof objectStorage>;

/** Keys that the Secret of a storage must hold, by storage type. */
export const STORAGE_SECRET_KEYS: Readonly<Record<Exclude<StorageType, 'filesystem'>, readonly string[]>> = {
  s3: ['access_key_id', 'secret_access_key'],
  gcs: ['key.json'],
  azure: ['account_key'],
};
