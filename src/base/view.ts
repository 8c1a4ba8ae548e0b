import type { KubeObject, ObjectRef } from './object.ts';
import type { ProductFacts } from './product.ts';

/** What a resource may know of a Secret: which keys hold something, and a hash, never a value. */
export type SecretFacts =
  | { state: 'absent' }
  /** The Secret exists but was not read yet: the engine reads it and asks again. */
  | { state: 'unread' }
  | {
      state: 'present';
      keys: readonly string[];
      /** Of all keys and values. */
      hash: string;
      /** Key → hash of its value: for pods that must restart when the authority changes, but not when a leaf is renewed. */
      hashes?: Readonly<Record<string, string>>;
      /** Keys whose certificate has expired: the leaf, or of a bundle every one. Absent: none, or not looked at (offline). */
      expired?: readonly string[];
    };

/**
 * The cluster, or a set of files, as the pure half sees it. Synchronous and without side effects; the engine's
 * implementation records what was asked, so that a change of it wakes exactly those who asked.
 */
export interface View {
  /** A resource of our own group. */
  get(kind: string, namespace: string, name: string): KubeObject | undefined;
  /** All resources of one of our kinds, sorted by namespace and name. */
  list(kind: string): readonly KubeObject[];
  secret(namespace: string, name: string): SecretFacts;
  /** Labels of a namespace; undefined when there is none, or when it may not be read. */
  namespaceLabels(name: string): Readonly<Record<string, string>> | undefined;
  /** A child as it stands in the cluster (label-selected kinds only). */
  child(kind: string, namespace: string, name: string): KubeObject | undefined;
  /** What the product that a resource runs has said of itself; undefined offline, and until it was asked. `id`: that of the wish. */
  product(resource: ObjectRef, id: string): ProductFacts | undefined;
}
