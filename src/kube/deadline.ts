import type { Clock, Timer } from './clock.ts';
import { steady } from './clock.ts';
import { abortedError, ApiError } from './errors.ts';

/** Ends a request: when its time is up, when the caller's signal is aborted, or when the client is closed. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#fail(abortedError());
  #timer: Timer | undefined;
  #dueAt: number;
  #ms: number;
  #error: ApiError | undefined;

  constructor(clock: Clock, ms: number, outer?: AbortSignal) {
    this.#clock = clock;
    this.#outer = outer;
    this.#ms = ms;
    this.#dueAt = steady(clock) + ms;
    this.#arm(ms);
    outer?.addEventListener('abort', this.#onAbort, { once: true });
    if (outer?.aborted === true) this.#onAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it ended; undefined while there is time left. */
  get error(): ApiError | undefined {
    return this.#error;
  }

  get remainingMs(): number {
    return this.#dueAt - steady(this.#clock);
  }

  /** Starts the time anew. Cheap when it only grows: the timer that runs looks again when it fires. */
  extend(ms: number): void {
    const due = steady(this.#clock) + ms;
    const sooner = due < this.#dueAt;
    this.#ms = ms;
    this.#dueAt = due;
    if (sooner) this.#arm(ms);
  }

  abort(): void {
    this.#onAbort();
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }

  /** Rejects as soon as this ends, for what cannot be cancelled itself. */
  async race<T>(work: Promise<T>): Promise<T> {
    let end: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      end = () => reject(this.#error ?? abortedError());
      this.signal.addEventListener('abort', end, { once: true });
      if (this.#error !== undefined) end();
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      if (end !== undefined) this.signal.removeEventListener('abort', end);
    }
  }

  #arm(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimeout(() => {
      const left = this.remainingMs;
      if (left > 0) this.#arm(left);
      else this.#fail(new ApiError({ status: 0, reason: 'Timeout', message: `no answer within ${this.#ms} ms` }));
    }, ms);
  }

  #fail(error: ApiError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.dispose();
    this.#controller.abort(this.#error);
  }
}
