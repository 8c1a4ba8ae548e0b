import type { Manifest } from '../base/object.ts';

/** Kinds in the order in which they must exist: identities and configuration, addresses, workloads, ways in from outside. */
const WAVES: readonly (readonly string[])[] = [
  ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret'],
  ['Service', 'NetworkPolicy', 'PodDisruptionBudget'],
  ['StatefulSet', 'Deployment', 'DaemonSet'],
  ['Ingress'],
];

const waveOf = (kind: string): number => {
  const at = WAVES.findIndex((kinds) => kinds.includes(kind));
  if (at < 0) throw new Error(`no wave for kind ${kind}`);
  return at;
};

/** Manifests by wave; within a wave they keep their order. */
export const inWaves = (manifests: readonly Manifest[]): Manifest[] =>
  manifests
    .map((manifest, i) => ({ manifest, i, wave: waveOf(manifest.kind) }))
    .sort((a, b) => a.wave - b.wave || a.i - b.i)
    .map(({ manifest }) => manifest);
