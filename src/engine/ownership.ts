import { LABEL, MANAGER } from '../base/names.ts';
import type { KubeObject, OwnerReference } from '../base/object.ts';
import { controllerOf } from './caches.ts';

type Lives = (uid: string) => boolean;

/**
 * Why `owner` may not write an object that lives under a name it wants, or undefined when it may: the object is its own,
 * or one of ours that nobody owns any more. `lives` tells whether a resource with that UID exists.
 */
export function whyNotOurs(object: KubeObject, owner: KubeObject, lives: Lives): string | undefined {
  const controller = controllerOf(object);
  return controller === undefined ? byLabels(object, owner, lives) : byReference(controller, owner);
}

function byReference(controller: OwnerReference, owner: KubeObject): string | undefined {
  if (controller.uid === owner.metadata.uid) return undefined;
  const earlier = controller.kind === owner.kind && controller.name === owner.metadata.name;
  return earlier
    ? `it still belongs to a deleted ${owner.kind} of this name, and goes away with it`
    : `it belongs to ${controller.kind} ${controller.name}`;
}

function byLabels(object: KubeObject, owner: KubeObject, lives: Lives): string | undefined {
  const labels = object.metadata.labels ?? {};
  // Whoever changed the other label did not make it somebody else's.
  if (labels[LABEL.ownerUid] !== undefined && labels[LABEL.ownerUid] === owner.metadata.uid) return undefined;
  if (labels[LABEL.managedBy] !== MANAGER) return `it is not managed by ${MANAGER}; remove or rename it`;
  const other = labels[LABEL.ownerUid];
  if (other === undefined || !lives(other)) return undefined;
  return `it belongs to ${labels[LABEL.ownerKind] ?? 'a resource'} ${labels[LABEL.ownerNamespace] ?? ''}/${labels[LABEL.instance] ?? other}`;
}
