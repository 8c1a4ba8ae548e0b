import type { KubeObject, NamespacedName } from '../base/object.ts';
import { microTime } from './clock.ts';

/** A `coordination.k8s.io/v1` Lease. */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string | null;
    leaseDurationSeconds?: number | null;
    acquireTime?: string | null;
    renewTime?: string | null;
    leaseTransitions?: number | null;
  };
}

/** Longest duration that another holder's record is believed, in seconds. */
const LONGEST_LEASE = 3600;

/** Who holds it; empty when nobody does. */
export const holderOf = (lease: Lease | undefined): string => lease?.spec?.holderIdentity ?? '';

/** How long the holder may stay silent, in ms: what it promised itself, when that is sane. */
export function durationOf(lease: Lease, fallbackMs: number): number {
  const seconds = lease.spec?.leaseDurationSeconds ?? 0;
  return seconds > 0 && seconds <= LONGEST_LEASE ? seconds * 1000 : fallbackMs;
}

export interface Claim {
  identity: string;
  /** Wall time in ms. */
  now: number;
  leaseMs: number;
}

/** `current` as `identity` holds it from now on; whatever else is on the object stays. */
export function claimed(current: Lease | undefined, name: NamespacedName, claim: Claim): Lease {
  const mine = holderOf(current) === claim.identity;
  const now = microTime(claim.now);
  const spec = current?.spec;
  return {
    ...current,
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...current?.metadata, ...name },
    spec: {
      ...spec,
      holderIdentity: claim.identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(claim.leaseMs / 1000)),
      acquireTime: mine ? (spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (spec?.leaseTransitions ?? 0) + (mine || current === undefined ? 0 : 1),
    },
  };
}

/** `current` without holder: whoever watches takes it at once. */
export const released = (current: Lease, now: number): Lease => ({
  ...current,
  spec: { ...current.spec, holderIdentity: '', renewTime: microTime(now) },
});
