import { compareVersions } from './versions.ts';

interface Waiter {
  version: string;
  done: () => void;
}

/** A resource version that only grows, and those who wait for it to reach one. */
export class VersionClock {
  #version = '';
  readonly #waiters = new Set<Waiter>();

  get version(): string {
    return this.#version;
  }

  reached(version: string): boolean {
    return (compareVersions(this.#version, version) ?? -1) >= 0;
  }

  /** Moves forward; an older version changes nothing. One that cannot be compared is taken to be newer. */
  advance(version: string): void {
    if ((compareVersions(version, this.#version) ?? 1) > 0) this.set(version);
  }

  /** Moves anywhere. */
  set(version: string): void {
    this.#version = version;
    for (const waiter of [...this.#waiters]) if (this.reached(waiter.version)) waiter.done();
  }

  /** Resolves once `version` is reached; rejects with the signal's reason when it is aborted first. */
  whenReached(version: string, signal?: AbortSignal): Promise<void> {
    if (this.reached(version)) return Promise.resolve();
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        version,
        done: () => {
          leave();
          resolve();
        },
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}
