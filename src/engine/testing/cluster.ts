import { LABEL, MANAGER } from '../../base/names.ts';
import type { KubeObject, NamespacedName, ResourceType } from '../../base/object.ts';
import { nameOf, refKey, refOf } from '../../base/object.ts';
import { ApiError, type StatusDetails } from '../../kube/errors.ts';
import type { RemoveOptions } from '../../kube/objects.ts';
import type { Store } from '../../kube/store.ts';
import type { Caches } from '../caches.ts';
import type { KindCache } from '../kind-cache.ts';
import type { EngineObjects } from '../reconcile.ts';
import { merge } from './merge.ts';

export type AnyObject = KubeObject & Record<string, unknown>;

export interface Request {
  verb: 'apply' | 'applyStatus' | 'create' | 'mergePatch' | 'remove' | 'get' | 'getMetadata';
  kind: string;
  name: string;
  body?: AnyObject;
}

export const apiError = (status: number, reason: string, message = reason, details?: StatusDetails): ApiError =>
  new ApiError({ status, reason, message, details });

const WRITES = ['apply', 'applyStatus', 'create', 'mergePatch', 'remove'];

/**
 * An API server in memory: enough of server-side apply, preconditions and watches for the engine, and a record of every
 * request. Events reach the caches at once, or when `release` lets them.
 */
export class FakeCluster implements EngineObjects {
  readonly requests: Request[] = [];
  /** May throw what the API server would answer, or change an object on its way in. */
  admit: (request: Request) => void = () => undefined;
  readonly #caches: Caches;
  readonly #objects = new Map<string, AnyObject>();
  /** Ref → manager → what it applied last. */
  readonly #applied = new Map<string, Map<string, unknown>>();
  #version = 100;
  #uid = 0;
  #held: (() => void)[] | undefined;

  constructor(caches: Caches) {
    this.#caches = caches;
  }

  /** Writes so far, `apply ConfigMap/a`, oldest first. */
  get writes(): string[] {
    return this.requests.filter(({ verb }) => WRITES.includes(verb)).map(({ verb, kind, name }) => `${verb} ${kind}/${name}`);
  }

  /** Forgets the requests so far, and returns the writes among them. */
  take(): string[] {
    const writes = this.writes;
    this.requests.length = 0;
    return writes;
  }

  find(kind: string, namespace: string, name: string): AnyObject | undefined {
    return this.#objects.get(refKey({ kind, namespace, name }));
  }

  /** Fills every cache, as the first listing does. */
  sync(): void {
    for (const cache of this.#allCaches()) {
      for (const [namespace, store] of cache.stores) {
        const items = [...this.#objects.values()].filter((o) => this.#stores(o).includes(store) && (namespace === '' || o.metadata.namespace === namespace));
        store.replace(items.map((item) => structuredClone(item)), String(++this.#version));
      }
    }
  }

  /** Somebody else creates or replaces an object. */
  put(object: KubeObject): AnyObject {
    const before = this.#objects.get(refKey(refOf(object)));
    return this.#store(before, structuredClone(object) as AnyObject);
  }

  /** Somebody else changes an object. */
  edit(kind: string, namespace: string, name: string, change: (object: AnyObject) => void): AnyObject {
    const before = this.find(kind, namespace, name);
    if (before === undefined) throw new Error(`no ${kind} ${namespace}/${name}`);
    const next = structuredClone(before);
    change(next);
    return this.#store(before, next);
  }

  /** Somebody else deletes an object. */
  delete(kind: string, namespace: string, name: string): void {
    const object = this.find(kind, namespace, name);
    if (object !== undefined) this.#drop(object);
  }

  /** Keeps events from the caches until `release`. */
  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const deliver of held) deliver();
  }

  apply(_type: ResourceType, manifest: KubeObject, options: { manager: string }): Promise<KubeObject> {
    return later(() => {
      const body = this.#request('apply', manifest);
      const key = refKey(refOf(body));
      const before = this.#objects.get(key);
      if (before !== undefined) checkPreconditions(before, body.metadata);
      delete body.metadata.resourceVersion;
      return this.#store(before, this.#merge(key, options.manager, before ?? {}, body) as AnyObject);
    });
  }

  applyStatus(_type: ResourceType, object: KubeObject, options: { manager: string }): Promise<KubeObject> {
    return later(() => {
      const body = this.#request('applyStatus', object);
      const key = refKey(refOf(body));
      const before = this.#objects.get(key);
      if (before === undefined) throw apiError(404, 'NotFound');
      checkPreconditions(before, body.metadata);
      return this.#store(before, { ...before, status: this.#merge(`${key}/status`, options.manager, before['status'] ?? {}, body['status']) });
    });
  }

  create(_type: ResourceType, manifest: KubeObject): Promise<KubeObject> {
    return later(() => {
      const body = this.#request('create', manifest);
      if (this.#objects.has(refKey(refOf(body)))) throw apiError(409, 'AlreadyExists');
      return this.#store(undefined, body);
    });
  }

  mergePatch(type: ResourceType, name: NamespacedName, patch: object): Promise<KubeObject> {
    return later(() => {
      const { metadata = {}, ...rest } = patch as { metadata?: { resourceVersion?: string } };
      const body = this.#request('mergePatch', { apiVersion: type.apiVersion, kind: type.kind, ...rest, metadata: { ...metadata, ...name } });
      const before = this.find(type.kind, name.namespace, name.name);
      if (before === undefined) throw apiError(404, 'NotFound');
      checkPreconditions(before, metadata);
      return this.#store(before, mergePatched(before, body) as AnyObject);
    });
  }

  get(type: ResourceType, name: NamespacedName): Promise<KubeObject> {
    return later(() => {
      const found = this.#look('get', type, name);
      if (found === undefined) throw apiError(404, 'NotFound');
      return found;
    });
  }

  getMetadata(type: ResourceType, name: NamespacedName): Promise<KubeObject | undefined> {
    return later(() => {
      const found = this.#look('getMetadata', type, name);
      return found === undefined ? undefined : { apiVersion: found.apiVersion, kind: found.kind, metadata: found.metadata };
    });
  }

  remove(type: ResourceType, name: NamespacedName, options: RemoveOptions = {}): Promise<void> {
    return later(() => {
      this.#request('remove', { apiVersion: type.apiVersion, kind: type.kind, metadata: { ...name } });
      const found = this.find(type.kind, name.namespace, name.name);
      if (found === undefined) return;
      checkPreconditions(found, options);
      this.#drop(found);
    });
  }

  /** What `manager` applied before under `key` is replaced by `next`. */
  #merge(key: string, manager: string, live: unknown, next: unknown): unknown {
    const applied = this.#applied.get(key) ?? new Map<string, unknown>();
    const merged = merge(live, applied.get(manager), next);
    this.#applied.set(key, applied.set(manager, structuredClone(next)));
    return merged;
  }

  #look(verb: 'get' | 'getMetadata', type: ResourceType, name: NamespacedName): AnyObject | undefined {
    const request: Request = { verb, kind: type.kind, name: name.name };
    this.requests.push(request);
    this.admit(request);
    return this.find(type.kind, name.namespace, name.name);
  }

  #request(verb: Request['verb'], object: KubeObject): AnyObject {
    const body = structuredClone(object) as AnyObject;
    const request: Request = { verb, kind: object.kind, name: object.metadata.name, body };
    this.requests.push(request);
    this.admit(request);
    return body;
  }

  #store(before: AnyObject | undefined, next: AnyObject): AnyObject {
    const uid = before?.metadata.uid ?? `uid-${++this.#uid}`;
    const unchanged = before !== undefined && same(before, next);
    if (unchanged) return before;
    const generation = (before?.metadata.generation ?? 0) + (before !== undefined && same(before['spec'], next['spec']) ? 0 : 1);
    const metadata = { ...next.metadata, uid, generation, resourceVersion: String(++this.#version) };
    const stored: AnyObject = { ...next, metadata };
    this.#objects.set(refKey(refOf(stored)), stored);
    this.#announce(before, stored);
    return stored;
  }

  #drop(object: AnyObject): void {
    const key = refKey(refOf(object));
    this.#objects.delete(key);
    this.#applied.delete(key);
    this.#applied.delete(`${key}/status`);
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    this.#announce(last, undefined);
  }

  #announce(before: AnyObject | undefined, after: AnyObject | undefined): void {
    const stores = after === undefined ? [] : this.#stores(after);
    const left = before === undefined ? [] : this.#stores(before).filter((store) => !stores.includes(store));
    const gone = structuredClone(after ?? before);
    const deliver = (): void => {
      for (const store of left) if (gone !== undefined) store.remove(structuredClone(gone));
      for (const store of stores) if (after !== undefined) store.upsert(structuredClone(after));
    };
    if (this.#held === undefined) deliver();
    else this.#held.push(deliver);
  }

  /** The stores whose selector an object meets. */
  #stores(object: AnyObject): Store[] {
    const { kind } = object;
    const namespace = nameOf(object).namespace;
    const ours = object.metadata.labels?.[LABEL.managedBy] === MANAGER;
    const { own, children, pods, claims } = this.#caches;
    const labelled = children.get(kind) ?? [pods, claims].find((cache) => cache.type.kind === kind);
    const store = (own.get(kind) ?? (ours ? labelled : this.#unlabelled(kind)))?.store(namespace);
    return store === undefined ? [] : [store];
  }

  #unlabelled(kind: string): KindCache | undefined {
    return [this.#caches.secrets, this.#caches.namespaces].find((cache) => cache?.type.kind === kind);
  }

  #allCaches(): { stores: ReadonlyMap<string, Store> }[] {
    const { own, children, pods, claims, secrets, namespaces } = this.#caches;
    return [...own.values(), ...children.values(), pods, claims, secrets, ...(namespaces === undefined ? [] : [namespaces])];
  }
}

/** Answers after a moment, with a copy. */
const later = async <T>(answer: () => T): Promise<T> => {
  await Promise.resolve();
  return structuredClone(answer());
};

/** RFC 7396. */
function mergePatched(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = typeof target === 'object' && target !== null ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatched(merged[key], value);
  }
  return merged;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function checkPreconditions(object: KubeObject, wanted: { uid?: string | undefined; resourceVersion?: string | undefined }): void {
  const { uid, resourceVersion } = object.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) throw apiError(409, 'Conflict', 'Precondition failed: UID');
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) throw apiError(409, 'Conflict');
}
