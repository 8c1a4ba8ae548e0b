import { LABEL, MANAGER } from '../base/names.ts';
import type { KubeObject } from '../base/object.ts';
import { controllerOf } from './caches.ts';

/**
 * Why `owner` may not write an object that lives under a name it wants, or undefined when it may: the object is its own,
 * or one of ours that nobody owns any more. `lives` tells whether a resource with that UID exists.
 */
export function whyNotOurs(object: KubeObject, owner: KubeObject, lives: (uid: string) => boolean): string | undefined {
  const controller = controllerOf(object);
  const uid = owner.metadata.uid;
  if (controller !== undefined) {
    if (controller.uid === uid) return undefined;
    const earlier = controller.kind === owner.kind && controller.name === owner.metadata.name;
    return earlier
      ? `it still belongs to a deleted ${owner.kind} of this name, and goes away with it`
      : `it belongs to ${controller.kind} ${controller.name}`;
  }
  const labels = object.metadata.labels ?? {};
  if (labels[LABEL.managedBy] !== MANAGER) return `it is not managed by ${MANAGER}; remove or rename it`;
  const other = labels[LABEL.ownerUid];
  if (other === undefined || other === uid || !lives(other)) return undefined;
  return `it belongs to ${labels[LABEL.ownerKind] ?? 'a resource'} ${labels[LABEL.ownerNamespace] ?? ''}/${labels[LABEL.instance] ?? other}`;
}
