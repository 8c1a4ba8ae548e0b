import type { KubeObject } from '../base/object.ts';
import { type Clock, steady, type Timer } from '../kube/clock.ts';
import type { Store } from '../kube/store.ts';
import type { Caches } from './caches.ts';

/** A watch that lags longer than this is not waited for: a stale plan costs a useless write, no more. */
const PATIENCE_MS = 5_000;

interface Write {
  store: Store;
  version: string;
}

interface Expected {
  writes: Write[];
  /** Of the last write, on the steady clock. */
  at: number;
}

/** A key is not run again before the caches have seen what it wrote. */
export class Expectations {
  readonly #caches: Caches;
  readonly #clock: Clock;
  readonly #expected = new Map<string, Expected>();

  constructor(caches: Caches, clock: Clock) {
    this.#caches = caches;
    this.#clock = clock;
  }

  /** Number of keys that wait for something. */
  get size(): number {
    return this.#expected.size;
  }

  /** `written` is the API server's answer to a write of this key. */
  record(key: string, written: KubeObject): void {
    const store = this.#caches.storeOf(written.kind, written.metadata.namespace ?? '');
    const version = written.metadata.resourceVersion ?? '';
    if (store === undefined || version === '' || store.reached(version)) return;
    const expected = this.#expected.get(key) ?? { writes: [], at: 0 };
    expected.writes.push({ store, version });
    expected.at = steady(this.#clock);
    this.#expected.set(key, expected);
  }

  /** Undefined when the key may run; otherwise resolves as soon as it may, at the latest 5 s after its last write. */
  pending(key: string, signal: AbortSignal): Promise<void> | undefined {
    const expected = this.#expected.get(key);
    if (expected === undefined) return undefined;
    expected.writes = expected.writes.filter(({ store, version }) => !store.reached(version));
    const rest = expected.at + PATIENCE_MS - steady(this.#clock);
    if (expected.writes.length > 0 && rest > 0) return this.#wait(expected.writes, rest, signal);
    this.#expected.delete(key);
    return undefined;
  }

  forget(key: string): void {
    this.#expected.delete(key);
  }

  async #wait(writes: readonly Write[], ms: number, signal: AbortSignal): Promise<void> {
    const enough = new AbortController();
    const stop = (): void => enough.abort();
    const timer: Timer = this.#clock.setTimeout(stop, ms);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.all(writes.map(({ store, version }) => store.whenReached(version, enough.signal)));
    } catch {
      // The time is up, or we are stopping.
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', stop);
    }
  }
}
