import type { Manifest } from './object.ts';

/** How the value of one key is made. A number: so many random characters [A-Za-z0-9]. */
export type KeyRecipe =
  | number
  /** 16 random bytes as base64url, as Kafka's cluster ids are; no hyphen in it. */
  | { make: 'uuid' }
  /** Given by us, and kept as it was first written, whatever we would write later: a memory. While it is not known, leave the key out. */
  | { make: 'once'; value: string }
  /** Lines `user:hash` of Elasticsearch's file realm. User → key of the same Secret that holds the password. */
  | { make: 'elasticsearch-users'; passwords: Readonly<Record<string, string>> }
  /** Lines `elastic/kibana/<name>:<hash>` of Elasticsearch's `service_tokens`. That name → key of the same Secret that holds the token. */
  | { make: 'elasticsearch-service-tokens'; tokens: Readonly<Record<string, string>> }
  /** A bearer token of one of Elasticsearch's service accounts. `account`: with the token's name, `elastic/kibana/<name>`. */
  | { make: 'elasticsearch-service-token'; account: string };

/** Keys of a Secret with certificates, all PEM; private keys as PKCS #8. */
export const CERTIFICATE_KEYS = {
  /** What to trust: the authority in use, and during a change of it also the one to come, or the one before. */
  bundle: 'ca.crt',
  /** Of the authority in use. Do not mount it. */
  authorityKey: 'ca.key',
  /** Of the authority to come; only there while it is in the bundle but not in use. Do not mount it. */
  nextKey: 'ca-next.key',
  certificate: 'tls.crt',
  key: 'tls.key',
} as const;

/**
 * A certificate authority of our own and one leaf that it signs, in one Secret (`CERTIFICATE_KEYS`). The engine renews the leaf
 * and changes the authority in steps that no peer notices which reads its files anew within a day; pods of programs that do not
 * carry `hashes['ca.crt']` of the Secret's facts, so that they restart with a new bundle.
 */
export interface CertificateRecipe {
  /** Of the leaf; the authority's is made from it. At most 64 characters count. */
  commonName: string;
  /** DNS names, wildcards included, and IPv4 addresses. The leaf is issued anew when they change. */
  names: readonly string[];
}

/** A Secret whose values are made once and never overwritten (certificates: renewed in time; users and tokens: when passwords change). */
export interface GeneratedSecret {
  /** The object without data; labels, and the `generated` annotation (`generatedKeys`), are already on it. */
  manifest: Manifest;
  /** Key in the Secret → how its value is made. Keys that come later are added; those that are there stay. */
  keys: Readonly<Record<string, KeyRecipe>>;
  certificate?: CertificateRecipe;
}

/** Keys that such a Secret comes with, as its `generated` annotation lists them. */
export function generatedKeys({ keys, certificate }: Pick<GeneratedSecret, 'keys' | 'certificate'>): string[] {
  const { bundle, authorityKey, certificate: leaf, key } = CERTIFICATE_KEYS;
  return [...new Set([...Object.keys(keys), ...(certificate === undefined ? [] : [bundle, authorityKey, leaf, key])])];
}
