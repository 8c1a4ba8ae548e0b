import { ANNOTATION } from '../base/names.ts';
import type { KubeObject, ResourceType } from '../base/object.ts';
import { nameOf, refKey, refOf } from '../base/object.ts';
import { isConflict } from '../kube/errors.ts';
import type { Objects } from '../kube/objects.ts';
import type { Pass } from './apply.ts';
import type { Caches } from './caches.ts';

/** From this many children on, most of them going at once looks like a mistake of ours. */
const BREAKER_CHILDREN = 6;

export interface PrunerOptions {
  objects: Pick<Objects, 'remove'>;
  caches: Caches;
}

export type Pruned =
  /** Everything superfluous is gone, or on its way. */
  | 'done'
  /** An object has changed meanwhile: look again. */
  | 'again'
  /** Too many at once, and nobody asked for a change. */
  | 'refused'
  /** As before. */
  | 'still refused';

interface Complete {
  uid: string;
  generation: number;
}

/** Deletes exactly this state of an object; one that has changed meanwhile stays (false). */
export async function removeExactly(
  objects: Pick<Objects, 'remove'>,
  type: ResourceType,
  object: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  const { uid, resourceVersion } = object.metadata;
  signal.throwIfAborted();
  try {
    await objects.remove(type, nameOf(object), { uid, resourceVersion, propagation: 'Background', signal });
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/** Data and credentials are never deleted on the operator's own account. */
export const mayBeRemoved = (object: KubeObject): boolean =>
  object.kind !== 'PersistentVolumeClaim' &&
  object.metadata.annotations?.[ANNOTATION.generated] === undefined &&
  object.metadata.deletionTimestamp === undefined;

/** Removes children that are not rendered any more. */
export class Pruner {
  readonly #options: PrunerOptions;
  /** What the last complete pass over a key was about. */
  readonly #complete = new Map<string, Complete>();
  /** UIDs that were deleted and that the caches may still show. */
  readonly #removed = new Map<string, Set<string>>();
  /** Key → UID of resources whose pruning was refused. */
  readonly #refused = new Map<string, string>();

  constructor(options: PrunerOptions) {
    this.#options = options;
  }

  /** Only after a pass in which everything else succeeded. `rendered`: refs of all that is wanted. */
  async prune(pass: Pass, rendered: ReadonlySet<string>): Promise<Pruned> {
    const { uid = '', generation = 0 } = pass.owner.metadata;
    const children = this.#children(pass.key, uid);
    const superfluous = children.filter((child) => mayBeRemoved(child) && !rendered.has(refKey(refOf(child))));
    if (isSuspicious(children.length, superfluous.length) && !this.#isNew(pass, uid, generation)) {
      return this.#refuse(pass, superfluous);
    }
    this.#refused.delete(pass.key);
    for (const child of superfluous) if (!(await this.#remove(pass, child))) return 'again';
    this.#complete.set(pass.key, { uid, generation });
    return 'done';
  }

  forget(key: string): void {
    this.#complete.delete(key);
    this.#removed.delete(key);
    this.#refused.delete(key);
  }

  #refuse(pass: Pass, superfluous: readonly KubeObject[]): Pruned {
    const names = superfluous.map((child) => refKey(refOf(child)));
    const news = this.#refused.get(pass.key) !== pass.owner.metadata.uid;
    if (news) pass.log.error({ names }, 'refusing to delete most children of an unchanged resource');
    this.#refused.set(pass.key, pass.owner.metadata.uid ?? '');
    return news ? 'refused' : 'still refused';
  }

  /** Without those that this process has deleted already. */
  #children(key: string, uid: string): KubeObject[] {
    const children = this.#options.caches.childrenOf(uid);
    const removed = this.#removed.get(key);
    if (removed === undefined) return children;
    const present = new Set(children.map((child) => child.metadata.uid));
    for (const gone of removed) if (!present.has(gone)) removed.delete(gone);
    if (removed.size === 0) this.#removed.delete(key);
    return children.filter((child) => !removed.has(child.metadata.uid ?? ''));
  }

  async #remove(pass: Pass, child: KubeObject): Promise<boolean> {
    const { caches, objects } = this.#options;
    const type = caches.children.get(child.kind)?.type;
    if (type === undefined) return true;
    pass.log.info({ child: refKey(refOf(child)) }, 'deleting a child that is not wanted any more');
    if (!(await removeExactly(objects, type, child, pass.signal))) return false;
    const removed = this.#removed.get(pass.key) ?? new Set<string>();
    this.#removed.set(pass.key, removed.add(child.metadata.uid ?? ''));
    return true;
  }

  /** Whether the user has changed the resource since all was well; after a restart its status tells. */
  #isNew(pass: Pass, uid: string, generation: number): boolean {
    const known = this.#complete.get(pass.key);
    if (known !== undefined) return known.uid !== uid || known.generation !== generation;
    const { status } = pass.owner as { status?: { observedGeneration?: number } };
    return status?.observedGeneration !== generation;
  }
}

const isSuspicious = (children: number, superfluous: number): boolean => children >= BREAKER_CHILDREN && superfluous * 2 > children;
