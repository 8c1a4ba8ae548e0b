import type { KubeObject, ResourceType } from '../base/object.ts';
import { type Delta, Store, type StoreOptions } from '../kube/store.ts';

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const byName = (a: KubeObject, b: KubeObject): number =>
  compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '') || compare(a.metadata.name, b.metadata.name);

/**
 * The objects of one kind in all namespaces that are watched. Each namespace of a list has a store of its own: a
 * resource version that one reflector has seen says nothing about the others.
 */
export class KindCache<T extends KubeObject = KubeObject> {
  readonly type: ResourceType;
  /** By namespace; one under the empty name when all are watched, or the kind knows none. */
  readonly stores: ReadonlyMap<string, Store<T>>;
  #sorted: readonly T[] | undefined;

  constructor(type: ResourceType, namespaces: readonly string[], options: StoreOptions<T> = {}) {
    this.type = type;
    const parts = type.namespaced && namespaces.length > 0 ? namespaces : [''];
    this.stores = new Map(parts.map((namespace) => [namespace, new Store<T>(options)]));
    this.subscribe(() => {
      this.#sorted = undefined;
    });
  }

  /** The store that holds a namespace; undefined when it is not watched. */
  store(namespace: string): Store<T> | undefined {
    return this.stores.get('') ?? this.stores.get(namespace);
  }

  get(namespace: string, name: string): T | undefined {
    return this.store(namespace)?.get({ namespace, name });
  }

  byUid(uid: string): T | undefined {
    for (const store of this.stores.values()) {
      const found = store.byUid(uid);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.#flat((store) => store.byIndex(index, value));
  }

  list(): readonly T[] {
    return this.#flat((store) => store.list());
  }

  /** By namespace and name. */
  sorted(): readonly T[] {
    this.#sorted ??= [...this.list()].sort(byName);
    return this.#sorted;
  }

  subscribe(listener: (delta: Delta<T>) => void): () => void {
    const stops = [...this.stores.values()].map((store) => store.subscribe(listener));
    return () => {
      for (const stop of stops) stop();
    };
  }

  #flat(read: (store: Store<T>) => readonly T[]): readonly T[] {
    const [first, ...others] = this.stores.values();
    if (first === undefined) return [];
    return others.length === 0 ? read(first) : [first, ...others].flatMap(read);
  }
}
