import { hashValue } from '../base/hash.ts';
import { ANNOTATION, LABEL } from '../base/names.ts';
import type { KubeObject, Manifest, OwnerReference } from '../base/object.ts';
import { nameOf } from '../base/object.ts';

/** How children say whose they are. */

const ownerReference = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

const ownerLabels = (owner: KubeObject): Record<string, string> => ({
  [LABEL.ownerKind]: owner.kind,
  [LABEL.ownerUid]: owner.metadata.uid ?? '',
  [LABEL.ownerNamespace]: owner.metadata.namespace ?? '',
});

/** An owner reference reaches neither out of the namespace nor to cluster-scoped kinds. */
const isReachable = (owner: KubeObject, child: KubeObject): boolean =>
  nameOf(child).namespace !== '' && nameOf(child).namespace === nameOf(owner).namespace;

/** The manifest with its owner, by reference or by labels, and with the hash of all of it. */
export function stamped(owner: KubeObject, manifest: Manifest): Manifest {
  const ours = isReachable(owner, manifest)
    ? { ownerReferences: [ownerReference(owner)] }
    : { labels: { ...manifest.metadata.labels, ...ownerLabels(owner) } };
  const metadata = { ...manifest.metadata, ...ours };
  const annotations = { ...metadata.annotations, [ANNOTATION.appliedHash]: hashValue({ ...manifest, metadata }) };
  return { ...manifest, metadata: { ...metadata, annotations } };
}

/** The hash that a stamped manifest carries. */
export const stampOf = (manifest: KubeObject): string => manifest.metadata.annotations?.[ANNOTATION.appliedHash] ?? '';
