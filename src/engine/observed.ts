import { LABEL } from '../base/names.ts';
import type { KubeObject } from '../base/object.ts';
import { refKey } from '../base/object.ts';
import { type Caches, instanceKey } from './caches.ts';
import type { Observed } from './controller.ts';
import type { KindCache } from './kind-cache.ts';

type Labels = Readonly<Record<string, string>>;

const matches = (object: KubeObject, labels: Labels): boolean =>
  Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value);

/** The caches, overlaid with what the API server answered to the writes of this pass: no status from a stale read. */
export class CacheObserved implements Observed {
  readonly #caches: Caches;
  readonly #written: ReadonlyMap<string, KubeObject>;

  constructor(caches: Caches, written: ReadonlyMap<string, KubeObject>) {
    this.#caches = caches;
    this.#written = written;
  }

  child(kind: string, namespace: string, name: string): KubeObject | undefined {
    const ref = { kind, namespace, name };
    return this.#written.get(refKey(ref)) ?? this.#caches.child(ref);
  }

  pods(namespace: string, labels: Labels): readonly KubeObject[] {
    return select(this.#caches.pods, namespace, labels);
  }

  claims(namespace: string, labels: Labels): readonly KubeObject[] {
    return select(this.#caches.claims, namespace, labels);
  }
}

function select(cache: KindCache, namespace: string, labels: Labels): readonly KubeObject[] {
  const instance = labels[LABEL.instance];
  const candidates = instance === undefined ? cache.list() : cache.byIndex('instance', instanceKey(namespace, instance));
  return candidates.filter((object) => object.metadata.namespace === namespace && matches(object, labels));
}
