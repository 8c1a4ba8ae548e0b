import { LABEL } from '../base/names.ts';
import type { KubeObject } from '../base/object.ts';
import { refKey, refOf } from '../base/object.ts';
import type { Log } from '../kube/log.ts';
import type { Objects } from '../kube/objects.ts';
import { type Caches, controllerOf } from './caches.ts';
import { mayBeRemoved, removeExactly } from './prune.ts';

export interface OrphansOptions {
  objects: Pick<Objects, 'remove' | 'getMetadata'>;
  caches: Caches;
  log: Log;
}

/** Removes what a deleted resource leaves behind where no owner reference reaches: the garbage collector does the rest. */
export class Orphans {
  readonly #options: OrphansOptions;

  constructor(options: OrphansOptions) {
    this.#options = options;
  }

  /** Only once every cache has synced. Returns false when something changed meanwhile: sweep again. */
  async sweep(signal: AbortSignal): Promise<boolean> {
    const { caches, objects, log } = this.#options;
    let all = true;
    for (const cache of caches.children.values()) {
      for (const object of cache.list()) {
        if (!this.#isOrphan(object) || (await this.#ownerLives(object, signal))) continue;
        log.info({ object: refKey(refOf(object)) }, 'deleting an object whose owner is gone');
        all = (await removeExactly(objects, cache.type, object, signal)) && all;
      }
    }
    return all;
  }

  #isOrphan(object: KubeObject): boolean {
    const { caches } = this.#options;
    const labels = object.metadata.labels ?? {};
    const uid = labels[LABEL.ownerUid];
    if (uid === undefined || controllerOf(object) !== undefined || !mayBeRemoved(object)) return false;
    // Owners elsewhere, or of a kind that a newer operator knows, are none of our business.
    const known = caches.covers(labels[LABEL.ownerNamespace] ?? '') && caches.own.has(labels[LABEL.ownerKind] ?? '');
    return known && !caches.ownerExists(uid);
  }

  /** Asks the API server itself, since a deletion on the strength of a cache that lags could not be taken back. */
  async #ownerLives(object: KubeObject, signal: AbortSignal): Promise<boolean> {
    const { caches, objects } = this.#options;
    const labels = object.metadata.labels ?? {};
    const type = caches.own.get(labels[LABEL.ownerKind] ?? '')?.type;
    const name = { namespace: labels[LABEL.ownerNamespace] ?? '', name: labels[LABEL.instance] ?? '' };
    if (type === undefined || name.namespace === '' || name.name === '') return true;
    const owner = await objects.getMetadata(type, name, { signal });
    return owner?.metadata.uid === labels[LABEL.ownerUid];
  }
}
