import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';

/** A nap that others can end: `wake` ends the one under way, or else the next one. */
export class Wakeup {
  readonly #clock: Clock;
  #pending = false;
  #end: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#pending = true;
    this.#end?.();
  }

  /** Resolves after `ms`, on `wake`, or when `signal` is aborted. Never rejects. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#pending || ms <= 0 || signal.aborted) {
      this.#pending = false;
      return;
    }
    const nap = new AbortController();
    this.#end = () => nap.abort();
    signal.addEventListener('abort', this.#end, { once: true });
    await sleep(this.#clock, ms, nap.signal);
    signal.removeEventListener('abort', this.#end);
    this.#end = undefined;
    this.#pending = false;
  }
}
