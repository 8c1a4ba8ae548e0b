/** Kubernetes objects as the API server sends them: plain JSON, no classes, no dates. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  subresource?: string;
  fieldsV1?: Record<string, unknown>;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** What we render: an object whose further fields are known to its builder only. */
export type Manifest = KubeObject & Record<string, unknown>;

/** One kind of the API server: enough to build its paths. */
export interface ResourceType {
  /** `v1`, `apps/v1`, `lgtm-operator.io/v1alpha1` */
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}

/** Name of an object within one kind; `namespace` is empty for cluster-scoped kinds. */
export interface NamespacedName {
  namespace: string;
  name: string;
}

export interface ObjectRef extends NamespacedName {
  kind: string;
}

export const nameKey = (n: NamespacedName): string => `${n.namespace}/${n.name}`;

export const refKey = (r: ObjectRef): string => `${r.kind}/${r.namespace}/${r.name}`;

export const nameOf = (o: KubeObject): NamespacedName => ({
  namespace: o.metadata.namespace ?? '',
  name: o.metadata.name,
});

export const refOf = (o: KubeObject): ObjectRef => ({ kind: o.kind, ...nameOf(o) });
