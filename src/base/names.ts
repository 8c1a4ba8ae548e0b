/** Names that both halves of the operator agree on. */

export const GROUP = 'lgtm-operator.io';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Field manager of every server-side apply, `managed-by` label, and reporting controller of events. */
export const MANAGER = 'lgtm-operator';

export const LABEL = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  version: 'app.kubernetes.io/version',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
  /** Kind, and UID, of the owning resource, for objects that an owner reference cannot reach. */
  ownerKind: `${GROUP}/owner-kind`,
  ownerUid: `${GROUP}/owner-uid`,
  ownerNamespace: `${GROUP}/owner-namespace`,
} as const;

export const ANNOTATION = {
  /** Hash of the manifest as rendered, on every child: a changed or removed field shows without a diff. */
  appliedHash: `${GROUP}/applied-hash`,
  /** Hash of the configuration that a pod must be restarted for, on pod templates. */
  configHash: `${GROUP}/config-hash`,
  /** Replicas that we have asked for, on StatefulSets: `spec.replicas` may have been changed by hand. */
  replicas: `${GROUP}/replicas`,
  /** Which generation of our renderers shaped the workload. */
  renderVersion: `${GROUP}/render-version`,
  /** Comma-separated keys of a Secret whose values the operator has generated: one of them that is missing was lost. */
  generated: `${GROUP}/generated`,
  /** `key=hash,…`: from what the values that follow from others were made, so that they are made again when that changes. */
  derived: `${GROUP}/derived`,
  /** Set by a user on a generated Secret with certificates: change the authority now. Removed when it begins. */
  rotate: `${GROUP}/rotate`,
} as const;
