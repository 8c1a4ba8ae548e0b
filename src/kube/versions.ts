/** Resource versions of one kind are comparable decimal numbers (KEP-5504); one that is not (an aggregated API's) is opaque. */
const NUMBER = /^\d+$/;

/**
 * Negative, zero or positive as `a` is older, the same, or newer. Undefined when the two cannot be compared.
 * The empty version is older than any other.
 */
export function compareVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (a === '') return -1;
  if (b === '') return 1;
  if (!NUMBER.test(a) || !NUMBER.test(b)) return undefined;
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** Whether `a` is known to be older than `b`. */
export const isOlder = (a: string, b: string): boolean => (compareVersions(a, b) ?? 0) < 0;
