import { failure, type Finding } from '../api/finding.ts';
import type { Manifest } from '../base/object.ts';
import type { View } from '../base/view.ts';

interface Claim {
  metadata: { name: string };
  spec: { storageClassName?: string; resources: { requests: { storage: string } } };
}

const claims = (workload: object | undefined): readonly Claim[] =>
  (workload as { spec?: { volumeClaimTemplates?: readonly Claim[] } } | undefined)?.spec?.volumeClaimTemplates ?? [];

const differs = (wanted: Claim, live: Claim): string | undefined => {
  const size = live.spec.resources.requests.storage;
  if (wanted.spec.resources.requests.storage !== size) return `size, which is ${size}`;
  const className = live.spec.storageClassName;
  if (wanted.spec.storageClassName !== className) return `className, which is ${className ?? "the cluster's default (leave it out)"}`;
  return undefined;
};

/** Claim templates of an existing StatefulSet that a manifest would change, which Kubernetes does not allow. */
export function volumeFindings(manifest: Manifest | undefined, path: string, view: View): Finding[] {
  if (!manifest) return [];
  const live = claims(view.child(manifest.kind, manifest.metadata.namespace ?? '', manifest.metadata.name));
  return claims(manifest).flatMap((wanted) => {
    const present = live.find(({ metadata }) => metadata.name === wanted.metadata.name);
    const difference = present ? differs(wanted, present) : undefined;
    if (difference === undefined) return [];
    const message = `${path}: the volumes of StatefulSet ${manifest.metadata.name} cannot change ${difference}: set it back, or make a new stack`;
    return [failure('VolumeChangeUnsupported', path, message)];
  });
}
