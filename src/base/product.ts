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
  name: string;
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
  /** PEM bundle to trust, for https. */
  ca?: SecretKey;
  credentials: { user: string; password: SecretKey } | { token: SecretKey };
  /** In the order in which they are made. */
  objects: readonly ProductObject[];
}

/** Something found in, or on the way to, a running product. Codes are those of `FINDING_CODES`. */
export interface ProductFinding {
  code: string;
  severity: 'error' | 'warning';
  path: string;
  message: string;
}

/** What the data plane saw last. Without one, nothing was asked yet. */
export interface ProductFacts {
  /** `reachable`: it answered, with our credentials. */
  state: 'unreachable' | 'refused' | 'reachable';
  /** Hash of the wish whose objects are all in force; absent while some are not. */
  applied?: string;
  /** What it said of itself: `uuid`, `health`, `version`, `license`. */
  facts: Readonly<Record<string, string>>;
  findings: readonly ProductFinding[];
}
