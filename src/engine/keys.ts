import type { KubeObject, ObjectRef } from '../base/object.ts';
import { refKey } from '../base/object.ts';
import { LABEL } from '../base/names.ts';
import { controllerOf, isOurGroup } from './caches.ts';

/** Keys of the queue: `Kind/namespace/name`. */

export function parseKey(key: string): ObjectRef {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return { kind, namespace, name };
}

/** Key of the resource that a child, pod or claim belongs to: by its controller reference, else by its labels. */
export function ownerKeyOf(object: KubeObject): string | undefined {
  const namespace = object.metadata.namespace ?? '';
  const controller = controllerOf(object);
  if (controller !== undefined && isOurGroup(controller.apiVersion)) {
    return refKey({ kind: controller.kind, namespace, name: controller.name });
  }
  const labels = object.metadata.labels ?? {};
  const kind = labels[LABEL.ownerKind];
  const name = labels[LABEL.instance];
  if (kind === undefined || name === undefined) return undefined;
  return refKey({ kind, namespace: labels[LABEL.ownerNamespace] ?? namespace, name });
}
