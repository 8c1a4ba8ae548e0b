import type { Manifest, ObjectRef } from '../../src/base/object.ts';
import { refKey, refOf } from '../../src/base/object.ts';
import type { Client } from '../controlplane/index.ts';

const TIMEOUT_MS = 60_000;

/** What lives on an API server, kept up to date by watches, so that tests wait for events and not for time. */
export class Live {
  readonly #objects = new Map<string, Manifest>();
  readonly #lookers = new Set<() => void>();
  readonly #end = new AbortController();
  readonly #running: Promise<unknown>;

  /** `collections`: paths, such as `/api/v1/configmaps`. */
  constructor(client: Client, collections: readonly string[]) {
    this.#running = Promise.allSettled(collections.map((path) => this.#follow(client, path)));
  }

  get(ref: ObjectRef): Manifest | undefined {
    return this.#objects.get(refKey(ref));
  }

  list(): readonly Manifest[] {
    return [...this.#objects.values()];
  }

  /** Looks now and at each event, until there is something to see; throws with `what` when it takes too long. */
  async until<T>(what: () => string, look: () => T | undefined, timeoutMs = TIMEOUT_MS): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const late = setTimeout(() => reject(new Error(`not after ${timeoutMs / 1000} s: ${what()}`)), timeoutMs);
    const looker = (): void => {
      const seen = look();
      if (seen !== undefined) resolve(seen);
    };
    this.#lookers.add(looker);
    looker();
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      this.#lookers.delete(looker);
    }
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #follow(client: Client, path: string): Promise<void> {
    for await (const { type, object } of client.follow(path, this.#end.signal)) {
      const key = refKey(refOf(object));
      if (type === 'DELETED') this.#objects.delete(key);
      else this.#objects.set(key, object);
      for (const looker of [...this.#lookers]) looker();
    }
  }
}
