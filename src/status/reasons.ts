import { FINDING_CODES, type FindingCode } from '../api/finding.ts';

/** Reasons of conditions that no finding stands behind, and what each says. docs/runbooks has a page for each. */
export const STATE_REASONS = {
  PodsNotReady: 'pods are missing, not ready, or not of the newest revision',
  ProductNotReady: 'a product does not answer yet, or does not hold yet what is asked for',
  VolumesPending: 'a volume claim has no volume yet',
  RollingOut: 'the retention asked for is on its way to the pods',
  NotRendered: 'the spec is invalid, so nothing can be said beyond that',
  Unmanaged: 'spec.managementState is Unmanaged',
} as const;

/** Reasons of conditions that are as they should be. */
export const GOOD_REASONS = {
  Ready: 'everything asked for runs',
  Valid: 'the spec is valid, and was rendered',
  StorageFound: 'volumes are bound, and the Secrets of the storage are complete',
  PodsReady: 'as many pods as wanted are ready, of the newest revision',
  Wired: 'every link asked for by name is active',
  Applied: 'the pods run with the retention that is asked for',
} as const;

export type Reason = keyof typeof STATE_REASONS | keyof typeof GOOD_REASONS | FindingCode;

/** Findings that mostly mend themselves: the other end of a link may be on its way, and shards that of a pod that restarts. */
const PASSING: readonly Reason[] = ['ReferenceMissing', 'ProductUnhealthy'];

/** What somebody has to act on: every finding but those. */
export const needsUser = (reason: Reason): boolean => !PASSING.includes(reason) && Object.hasOwn(FINDING_CODES, reason);
