import { hashValue } from './hash.ts';
import type { NamespacedName, ObjectRef } from './object.ts';

/** What the operator wants of, and knows about, a product that runs: the data plane speaks to it, outside of reconciles. */

/** One key of a Secret in the namespace of the resource. */
export interface SecretKey {
  secret: string;
  key: string;
}

/** One object inside a product: an ILM policy, an index template, a data view. */
export interface ProductObject {
  /** `ilmPolicy`, `indexTemplate`, `dataStream`, `dataView`: the driver knows them. */
  kind: string;
  /** Name in the product; of a data view its id, to which the driver adds `lgtm-` where it does not begin so. */
  name: string;
  /**
   * The body of the product's own PUT (Elasticsearch: `{policy: …}`, `{index_patterns, template, …}`, none for a data stream), for a
   * data view `{title, name, timeFieldName}`. `_meta.managed_by` marks ours; the driver adds it, and a hash, where it can stand.
   */
  body: Readonly<Record<string, unknown>>;
}

/** A running product that a resource wants to be asked, and what shall be in it. Plain data: equal wishes are one task. */
export interface ProductWish {
  /** Unique within the resource: `elasticsearch`, `kibana`. */
  id: string;
  driver: 'elasticsearch' | 'kibana';
  namespace: string;
  /** Base address, with scheme. */
  url: string;
  /** PEM bundle to trust, for https; absent: what the operator's image trusts. */
  ca?: SecretKey;
  credentials: { user: string; password: SecretKey } | { token: SecretKey };
  /** In the order in which they are made. What leaves the list stays in the product: data may hang on it. */
  objects: readonly ProductObject[];
}

/** Something found in, or on the way to, a running product. Codes are those of `FINDING_CODES`. */
export interface ProductFinding {
  code: string;
  severity: 'error' | 'warning';
  /** `<id of the wish>`, or `<id>/<kind>/<name>` for one object in it. */
  path: string;
  message: string;
}

/** What the data plane saw last. Without one, nothing was asked yet. */
export interface ProductFacts {
  /**
   * `reachable`: it answered, with our credentials. `refused`: it does not accept them. `unreachable`: no answer, none that can be
   * trusted, or it is not up yet (no cluster formed, still starting).
   */
  state: 'unreachable' | 'refused' | 'reachable';
  /** `wishHash` of the wish whose objects are all in force; absent while some are not. */
  applied?: string;
  /** What it said of itself: `uuid`, `health`, `version`, `license`. Kept while it is unreachable, but for `health`. */
  facts: Readonly<Record<string, string>>;
  findings: readonly ProductFinding[];
}

/** What `ProductFacts.applied` names. */
export const wishHash = (wish: ProductWish): string => hashValue(wish);

/** Data of a Secret as the API has it (base64); undefined when there is no such Secret. */
export type ReadSecret = (name: NamespacedName, signal?: AbortSignal) => Promise<Readonly<Record<string, string>> | undefined>;

/** Asks running products and mends what is in them, beside the workers. Only a process that leads hands it wishes. */
export interface DataPlane {
  /** All wishes of a resource (`key`: its `refKey`); those that it had before and has no more are given up. Returns at once. */
  set(key: string, wishes: readonly ProductWish[]): void;
  /** The resource is gone, or no longer ours to look after. */
  forget(key: string): void;
  facts(resource: ObjectRef, id: string): ProductFacts | undefined;
  /** Told of every key whose facts have changed. Returns the way to stop. */
  onChange(listener: (key: string) => void): () => void;
  /** Gives up what is under way, and asks nothing more. */
  close(): Promise<void>;
}
