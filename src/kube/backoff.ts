import type { Clock } from './clock.ts';
import { steady } from './clock.ts';

export interface BackoffOptions {
  clock: Clock;
  /** Random number in [0, 1). */
  jitter: () => number;
  initialMs?: number;
  maxMs?: number;
  /** This long without a failure, and the next one starts from `initialMs` again. */
  resetMs?: number;
}

/** Growing, jittered delays with client-go's constants: 0.8 s doubled up to 30 s, each stretched by up to itself. */
export class Backoff {
  readonly #clock: Clock;
  readonly #jitter: () => number;
  readonly #initialMs: number;
  readonly #maxMs: number;
  readonly #resetMs: number;
  #nextMs: number;
  #lastUse = -Infinity;

  constructor(options: BackoffOptions) {
    this.#clock = options.clock;
    this.#jitter = options.jitter;
    this.#initialMs = options.initialMs ?? 800;
    this.#maxMs = options.maxMs ?? 30_000;
    this.#resetMs = options.resetMs ?? 120_000;
    this.#nextMs = this.#initialMs;
  }

  /** How long to wait now, in ms; every call makes the next answer longer. */
  next(): number {
    const now = steady(this.#clock);
    if (now - this.#lastUse > this.#resetMs) this.#nextMs = this.#initialMs;
    const base = this.#nextMs;
    const delay = base * (1 + this.#jitter());
    this.#nextMs = Math.min(base * 2, this.#maxMs);
    // The wait itself is no health: the reset counts from its end.
    this.#lastUse = now + delay;
    return delay;
  }
}
