import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../base/object.ts';

/** One request as the fake API server understands it. */
export interface FakeRequest {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  body: unknown;
  contentType: string;
  accept: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FakeAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export interface Change {
  version: number;
  collection: string;
  object: KubeObject | undefined;
  previous: KubeObject | undefined;
}

/** `/apis/apps/v1/namespaces/n/deployments/d/status`, taken apart. */
export interface Target {
  collection: string;
  namespace: string;
  name: string;
  subresource: string;
}

export interface DeleteBody {
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** The contents of an API server: objects, one version counter, and the history that watches are fed from. */
export class FakeCluster {
  readonly objects = new Map<string, { collection: string; object: KubeObject }>();
  readonly history: Change[] = [];
  /** Watches from before this version are refused as expired. */
  compacted = 0;
  /** Pages handed out since have expired. */
  pagesExpired = false;
  #version = 100;
  readonly #watchers = new Set<(change: Change) => void>();

  get version(): number {
    return this.#version;
  }

  /** Everything of one collection (`v1/configmaps`), in the order of its keys. */
  list(collection: string): KubeObject[] {
    const found = [...this.objects].filter(([, entry]) => entry.collection === collection);
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry.object);
  }

  get(collection: string, namespace: string, name: string): KubeObject | undefined {
    return this.objects.get(`${collection}/${namespace}/${name}`)?.object;
  }

  /** Creates or replaces. */
  put(collection: string, object: KubeObject): KubeObject {
    const { namespace = '', name } = object.metadata;
    const previous = this.get(collection, namespace, name);
    const uid = previous?.metadata.uid ?? randomUUID();
    const creationTimestamp = previous?.metadata.creationTimestamp ?? '2026-01-01T00:00:00Z';
    const resourceVersion = String(++this.#version);
    const stored = { ...object, metadata: { ...object.metadata, uid, creationTimestamp, resourceVersion } };
    this.objects.set(`${collection}/${namespace}/${name}`, { collection, object: stored });
    this.#publish({ version: this.#version, collection, object: stored, previous });
    return stored;
  }

  delete(collection: string, namespace: string, name: string): KubeObject | undefined {
    const key = `${collection}/${namespace}/${name}`;
    const previous = this.objects.get(key)?.object;
    if (previous === undefined) return undefined;
    this.objects.delete(key);
    this.#version++;
    this.#publish({ version: this.#version, collection, object: undefined, previous });
    return previous;
  }

  /** Time passes in other kinds: the version grows, nothing else happens. */
  tick(by = 1): void {
    this.#version += by;
  }

  /** Sets history back, as a restore of etcd does. */
  rewind(version: number): void {
    this.#version = version;
  }

  subscribe(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #publish(change: Change): void {
    this.history.push(change);
    for (const watcher of [...this.#watchers]) watcher(change);
  }
}

export const status = (code: number, reason: string, message = reason, more: object = {}): FakeAnswer => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, ...more },
});

export function parsePath(path: string): Target {
  const parts = path.split('/').filter((part) => part !== '').map(decodeURIComponent);
  const group = parts[0] === 'api' ? parts.slice(1, 2) : parts.slice(1, 3);
  const rest = parts.slice(1 + group.length);
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [plural = '', name = '', subresource = ''] = namespaced ? rest.slice(2) : rest;
  return { collection: [...group, plural].join('/'), namespace: namespaced ? (rest[1] ?? '') : '', name, subresource };
}

/** What a list or watch selects: namespace, equality-based labels, and `metadata.name`. */
export function selects(target: Target, query: FakeRequest['query'], object: KubeObject | undefined): boolean {
  if (object === undefined) return false;
  if (target.namespace !== '' && object.metadata.namespace !== target.namespace) return false;
  const field = /^metadata\.name=(.*)$/.exec(query['fieldSelector'] ?? '');
  if (field !== null && field[1] !== object.metadata.name) return false;
  const labels = (query['labelSelector'] ?? '').split(',').filter((term) => term !== '');
  return labels.every((term) => {
    const [key = '', value] = term.split('=');
    return value === undefined ? key in (object.metadata.labels ?? {}) : object.metadata.labels?.[key] === value;
  });
}
