import type { Manifest } from '../base/object.ts';

/** What others need comes first: identities and configuration, then addresses and policies, workloads, ways in. */
const WAVES: readonly (readonly string[])[] = [
  ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret'],
  ['Service', 'NetworkPolicy', 'PodDisruptionBudget'],
  ['StatefulSet', 'Deployment', 'DaemonSet'],
  ['Job'],
];

/** The manifests in groups to be applied one after another; the order within a group stays. */
export function waves(manifests: readonly Manifest[]): Manifest[][] {
  const groups: Manifest[][] = [...WAVES, []].map(() => []);
  for (const manifest of manifests) {
    const known = WAVES.findIndex((kinds) => kinds.includes(manifest.kind));
    groups[known === -1 ? WAVES.length : known]?.push(manifest);
  }
  return groups.filter((group) => group.length > 0);
}

/**
 * Runs `work` on every item, at most `limit` at once. One that rejects keeps none of the others from running; the first
 * rejection is passed on once all have ended.
 */
export async function eachLimited<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  const rest = items.values();
  const run = async (): Promise<void> => {
    for (const item of rest) await work(item).catch((error: unknown) => errors.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  if (errors.length > 0) throw errors[0];
}
