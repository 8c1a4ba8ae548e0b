import type { Manifest } from './object.ts';

/** How the value of one key is made. A number: so many random characters [A-Za-z0-9]. */
export type KeyRecipe =
  | number
  /** 16 random bytes as base64url, as Kafka's cluster ids are. */
  | { make: 'uuid' }
  /** Given by us, and kept as it was first written, whatever we would write later: a memory. */
  | { make: 'once'; value: string }
  /** Lines `user:hash` of Elasticsearch's file realm, from the passwords under other keys of the same Secret. */
  | { make: 'elasticsearch-users'; passwords: Readonly<Record<string, string>> }
  /** `elastic/kibana/<name>:<hash>`, from the token under another key of the same Secret. */
  | { make: 'elasticsearch-service-tokens'; tokens: Readonly<Record<string, string>> }
  /** A bearer token of Elasticsearch's service accounts: `elastic/kibana/<name>`. */
  | { make: 'elasticsearch-service-token'; account: string };

/**
 * A certificate authority of our own and one leaf that it signs, in one Secret: `ca.crt` (bundle: also the one before and the
 * one to come), `ca.key`, `tls.crt`, `tls.key`. The engine renews them; PEM.
 */
export interface CertificateRecipe {
  commonName: string;
  /** DNS names, wildcards included. */
  names: readonly string[];
}

/** A Secret whose values are made once and never overwritten (certificates: renewed in time). */
export interface GeneratedSecret {
  /** The object without data; labels and the `generated` annotation are already on it. */
  manifest: Manifest;
  /** Key in the Secret → how its value is made. Keys that come later are added; those that are there stay. */
  keys: Readonly<Record<string, KeyRecipe>>;
  certificate?: CertificateRecipe;
}
