import type { KubeObject, NamespacedName } from '../base/object.ts';
import { nameKey, nameOf } from '../base/object.ts';
import type { IndexFunctions } from './indexes.ts';
import { Indexes } from './indexes.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import { VersionClock } from './version-clock.ts';
import { compareVersions, isOlder } from './versions.ts';

export interface Delta<T> {
  type: 'added' | 'updated' | 'deleted';
  /** After the change; of a deletion, the last state known. */
  object: T;
  previous?: T;
  /** Part of the first listing: it was there before we looked. */
  initial: boolean;
}

export interface StoreOptions<T> {
  /** Name → values by which an object is found. */
  indexes?: IndexFunctions<T>;
  /** What to keep of an object; name, UID and resourceVersion at least. Must not throw. Default: all but `managedFields`. */
  transform?: (object: KubeObject) => T;
  log?: Log;
}

/** How many deletions are remembered, against events that come late. */
const TOMBSTONES = 1024;

/**
 * The objects of one kind, as one reflector sees them. Listeners are told of every change, in order, after it has been
 * made; one that throws is logged and disturbs nobody. Objects are shared: don't change them.
 */
export class Store<T extends KubeObject = KubeObject> {
  readonly #transform: (object: KubeObject) => T;
  readonly #log: Log;
  readonly #indexes: Indexes<T>;
  readonly #clock = new VersionClock();
  readonly #byKey = new Map<string, T>();
  readonly #byUid = new Map<string, T>();
  readonly #tombstones = new Map<string, string>();
  readonly #listeners = new Set<(delta: Delta<T>) => void>();
  #list: readonly T[] | undefined;
  /** The version of the last listing: it has the last word on everything up to there. */
  #listedAt = '';
  #listed = false;

  constructor(options: StoreOptions<T> = {}) {
    this.#transform = options.transform ?? ((object) => withoutManagedFields(object) as T);
    this.#indexes = new Indexes(options.indexes ?? {});
    this.#log = options.log ?? silentLog;
  }

  /** Up to where this store has seen the history of its kind; empty before the first listing. */
  get resourceVersion(): string {
    return this.#clock.version;
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(name: NamespacedName): T | undefined {
    return this.#byKey.get(nameKey(name));
  }

  byUid(uid: string): T | undefined {
    return this.#byUid.get(uid);
  }

  list(): readonly T[] {
    this.#list ??= [...this.#byKey.values()];
    return this.#list;
  }

  /** Throws TypeError for an index that was not declared. */
  byIndex(index: string, value: string): readonly T[] {
    return this.#indexes.get(index, value);
  }

  /** Whether everything up to `version`, such as that of one's own write, has been seen. */
  reached(version: string): boolean {
    return this.#clock.reached(version);
  }

  /** Resolves when `version` is reached; rejects with the signal's reason when it is aborted first. */
  whenReached(version: string, signal?: AbortSignal): Promise<void> {
    return this.#clock.whenReached(version, signal);
  }

  /** Tells `listener` of every change from now on; returns the way to stop. */
  subscribe(listener: (delta: Delta<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What this store would keep of an object. */
  transform(object: KubeObject): T {
    return this.#transform(object);
  }

  /**
   * An object as a watch reports it. One older than what is known is dropped. For events of the watch only: putting in
   * the answer to a write would claim that all events up to it have been seen.
   */
  upsert(object: KubeObject, options: { initial?: boolean } = {}): void {
    const next = this.#transform(object);
    const previous = this.get(nameOf(next));
    const news = this.#isNews(next, previous);
    if (news) this.#put(previous, next);
    this.#clock.advance(versionOf(next));
    if (news) this.#emit(changes(previous, next, options.initial ?? false));
  }

  /** A deletion as a watch reports it. That of an earlier object of the same name is dropped. */
  remove(object: KubeObject): void {
    const cached = this.get(nameOf(object));
    const version = versionOf(object);
    const listed = version !== '' && !isNewer(version, this.#listedAt);
    const gone = cached !== undefined && !listed && !outlives(cached, object);
    if (gone) this.#put(cached, undefined);
    this.#bury(object);
    this.#clock.advance(version);
    if (!gone) return;
    const last = sameUid(cached, object) ? this.#transform(object) : cached;
    this.#emit([{ type: 'deleted', object: last, previous: cached, initial: false }]);
  }

  /** That there is no news up to `version`. */
  bookmark(version: string): void {
    this.#clock.advance(version);
  }

  /**
   * A whole listing as of `version`: what is not in it is gone. One older than this store is refused (false) unless
   * `force` says that history itself went back, as after a restore of etcd.
   */
  replace(items: Iterable<KubeObject>, version: string, options: { force?: boolean } = {}): boolean {
    return this.replaceTransformed(Array.from(items, this.#transform), version, options);
  }

  /** The same, for objects that went through `transform` already. */
  replaceTransformed(items: Iterable<T>, version: string, options: { force?: boolean } = {}): boolean {
    if (options.force !== true && isOlder(version, this.resourceVersion)) return false;
    const initial = !this.#listed;
    const next = new Map<string, T>();
    for (const item of items) next.set(nameKey(nameOf(item)), item);
    const deltas = this.#reconcile(next, initial, options.force ?? false);
    this.#listed = true;
    this.#tombstones.clear();
    this.#listedAt = version;
    this.#clock.set(version);
    this.#emit(deltas);
    return true;
  }

  #reconcile(next: ReadonlyMap<string, T>, initial: boolean, force: boolean): Delta<T>[] {
    const deltas: Delta<T>[] = [];
    for (const [key, cached] of [...this.#byKey]) {
      if (next.has(key)) continue;
      this.#put(cached, undefined);
      deltas.push({ type: 'deleted', object: cached, previous: cached, initial: false });
    }
    for (const [key, item] of next) {
      const cached = this.#byKey.get(key);
      if (cached !== undefined && isCurrent(cached, item, force)) continue;
      this.#put(cached, item);
      deltas.push(...changes(cached, item, initial));
    }
    return deltas;
  }

  #isNews(next: T, previous: T | undefined): boolean {
    const version = versionOf(next);
    if (version === '') return true;
    const buried = this.#tombstones.get(next.metadata.uid ?? '') ?? '';
    const known = previous === undefined ? '' : versionOf(previous);
    return [this.#listedAt, buried, known].every((seen) => isNewer(version, seen));
  }

  #bury(object: KubeObject): void {
    const { uid, resourceVersion } = object.metadata;
    if (uid === undefined || resourceVersion === undefined) return;
    if (isOlder(resourceVersion, this.#tombstones.get(uid) ?? '')) return;
    this.#tombstones.delete(uid);
    this.#tombstones.set(uid, resourceVersion);
    const [oldest] = this.#tombstones.keys();
    if (this.#tombstones.size > TOMBSTONES && oldest !== undefined) this.#tombstones.delete(oldest);
  }

  #put(previous: T | undefined, next: T | undefined): void {
    const named = next ?? previous;
    if (named === undefined) return;
    const key = nameKey(nameOf(named));
    if (previous?.metadata.uid !== undefined) this.#byUid.delete(previous.metadata.uid);
    if (next?.metadata.uid !== undefined) this.#byUid.set(next.metadata.uid, next);
    if (next === undefined) this.#byKey.delete(key);
    else this.#byKey.set(key, next);
    this.#indexes.update(key, previous, next);
    this.#list = undefined;
  }

  #emit(deltas: readonly Delta<T>[]): void {
    for (const delta of deltas) for (const listener of [...this.#listeners]) this.#tell(listener, delta);
  }

  #tell(listener: (delta: Delta<T>) => void, delta: Delta<T>): void {
    try {
      listener(delta);
    } catch (error) {
      const { kind, metadata } = delta.object;
      this.#log.error({ err: error, kind, namespace: metadata.namespace, name: metadata.name }, 'a listener of the cache failed');
    }
  }
}

const versionOf = (object: KubeObject): string => object.metadata.resourceVersion ?? '';

/** Versions that cannot be compared count as newer. */
const isNewer = (a: string, b: string): boolean => (compareVersions(a, b) ?? 1) > 0;

/** Objects without UID, as in tests, count as the same. */
const sameUid = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.uid === undefined || b.metadata.uid === undefined || a.metadata.uid === b.metadata.uid;

/** Whether what is cached came after the deletion that `deleted` reports. */
function outlives(cached: KubeObject, deleted: KubeObject): boolean {
  if (versionOf(deleted) === '') return false;
  const age = compareVersions(versionOf(cached), versionOf(deleted)) ?? 0;
  return age > 0 || (age === 0 && !sameUid(cached, deleted));
}

/** Whether a listed item is no news. `force`: history went back, so an older version counts as news. */
function isCurrent(cached: KubeObject, item: KubeObject, force: boolean): boolean {
  if (!sameUid(cached, item) || versionOf(item) === '') return false;
  return versionOf(cached) === versionOf(item) || (!force && isOlder(versionOf(item), versionOf(cached)));
}

/** A new UID under an old name is one object less and one more. */
function changes<T extends KubeObject>(previous: T | undefined, next: T, initial: boolean): Delta<T>[] {
  if (previous === undefined) return [{ type: 'added', object: next, initial }];
  if (sameUid(previous, next)) return [{ type: 'updated', object: next, previous, initial }];
  return [
    { type: 'deleted', object: previous, previous, initial: false },
    { type: 'added', object: next, initial },
  ];
}

function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
