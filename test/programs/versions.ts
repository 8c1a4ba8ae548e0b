/** Every version of a real program that the tests, the demo and the documentation's claims rest on. */

/** Newest patch of each Kubernetes minor that the Go module proxy serves; the first is the default. */
const KUBERNETES = { '1.37': '1.37.2', '1.36': '1.36.3', '1.35': '1.35.4' } as const;

export const ETCD = '3.6.6';
export const KWOK = '0.8.0';
export const LOKI = '3.7.8';
/** Newest that the module proxy serves of the last line with Promtail, whose code is gone since Loki 3.7.3. */
export const PROMTAIL = '3.6.4';
/** Newest commit of Mimir that the module proxy serves: main of April 2026, on the way to 3.1. */
export const MIMIR = '1.3.1-0.20260423142704-aced80d74930';
export const PROMETHEUS = '3.16.0';
export const KAFKA = '4.1.0';
/** Alloy's language, as `alloy-check/go.mod` requires it (a test holds the two together). */
export const ALLOY_SYNTAX = '0.1.2';
/** What the newest of the modules above asks for; an older Go would fetch this one itself. */
export const GO = '1.26';

export const KUBERNETES_MINORS: readonly string[] = Object.keys(KUBERNETES);

const isMinor = (minor: string): minor is keyof typeof KUBERNETES => Object.hasOwn(KUBERNETES, minor);

/** Version of Kubernetes to test with, without `v`; the minor comes from `LGTM_K8S_MINOR`. Throws on one that is not listed. */
export function kubernetesVersion(minor = process.env.LGTM_K8S_MINOR ?? ''): string {
  if (minor === '') return KUBERNETES['1.37'];
  if (isMinor(minor)) return KUBERNETES[minor];
  throw new RangeError(`LGTM_K8S_MINOR=${minor}: one of ${KUBERNETES_MINORS.join(', ')}`);
}
