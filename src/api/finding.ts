/**
 * Everything that can be wrong with a resource has a stable code. `Finding`s are values: validators, the resolver
 * and the command line pass them on; status and `validate` print them.
 */
export const FINDING_CODES = {
  UnknownField: 'a field that this kind does not have',
  InvalidType: 'a value of the wrong type',
  InvalidValue: 'a value outside of what the field allows',
  UnsafeKey: 'a key named `__proto__`, which JavaScript cannot carry safely',
  MissingField: 'a required field is absent',
  NameTooLong: 'the name leaves no room for the names of the children',
  StorageTypeMismatch: 'the storage settings do not belong to the storage type',
  ReplicasNeedObjectStorage: 'several replicas cannot share a filesystem',
  RegionOrEndpointRequired: 'S3 needs a region or an endpoint',
  BackendMismatch: 'a field that belongs to the other store',
  ConsumerRequired: 'a buffer that nothing would read',
  SinkUnsupported: 'a collector that cannot write to what comes after it',
  TenantRequired: 'tenancy is on but no tenant is named for the collector and the dashboards',
  BufferTooShort: 'a buffer that forgets sooner than the outage ends that it is to bridge',
  BufferTooLarge: 'a buffer that does not fit its volume',
  ReplicasFixed: 'a number of replicas that cannot be changed in place',
  TenantMismatch: 'metrics of traces go to another tenant than the one that the dashboards read as',
  RetentionTooShort: 'the engine refuses a retention this short',
  InvalidSelector: 'a log stream selector that Loki would not parse',
  PathOwned: 'raw config sets a path that a typed field owns',
  InvalidOverride: 'an override that cannot be merged',
  SecretMissing: 'a Secret that the resource refers to does not exist',
  SecretKeyMissing: 'a Secret exists, but a key in it is missing or empty',
  CertificateExpired: 'a certificate in a Secret that the resource refers to has expired',
  ReferenceMissing: 'a resource that is referred to by name does not exist',
  ReferenceDenied: 'the resource referred to does not allow this namespace',
  PodSecurityRefused: 'the namespace enforces a Pod Security level that these pods cannot meet',
  VolumeChangeUnsupported: 'the volumes of a StatefulSet cannot be changed in place',
  ScaleDownUnsupported: 'nodes that hold data cannot be taken away',
  VersionUnsupported: 'a product version outside of what is rendered for',
  CollectsNothing: 'a collector that has nothing to collect',
  ChildInvalid: 'the API server refused an object as invalid',
  ChildForbidden: 'the operator may not write an object',
  NameTaken: 'an object of that name exists and belongs to somebody else',
  ChildImmutable: 'a field of an existing object cannot be changed in place',
  ProductUnauthorized: 'a running product does not accept the credentials of the operator, or does not let it do what it has to',
  ProductCertificate: 'the certificate of a running product cannot be trusted',
  ProductObjectForeign: 'an object of that name in a running product belongs to somebody else',
  ProductObjectInvalid: 'a running product refused an object as invalid',
  ProductUnhealthy: 'a running product says that some of its data cannot be read or written',
  ProductLicenseExpired: 'the license of a running product has expired',
  ForeignFields: 'somebody else sets fields of an object beside the operator',
  MemoryTooLow: 'less memory than the product needs to stay up',
  MemoryMapOff: 'index files are read without memory mapping',
  Deprecated: 'still works, but has a successor',
} as const;

export type FindingCode = keyof typeof FINDING_CODES;

export interface Finding {
  code: FindingCode;
  severity: 'error' | 'warning';
  /** Path of the field in the resource, `spec.storage.s3.bucket`; of an object for findings about children. */
  path: string;
  /** One sentence: what is wrong and how to mend it. */
  message: string;
}

export const failure = (code: FindingCode, path: string, message: string): Finding => ({
  code,
  severity: 'error',
  path,
  message,
});

export const warning = (code: FindingCode, path: string, message: string): Finding => ({
  code,
  severity: 'warning',
  path,
  message,
});

export const isFailure = (finding: Finding): boolean => finding.severity === 'error';
