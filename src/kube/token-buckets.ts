import type { Clock } from './clock.ts';
import { steady } from './clock.ts';

interface Bucket {
  tokens: number;
  at: number;
}

export interface BucketOptions {
  clock: Clock;
  burst: number;
  /** One more token after each such time. */
  refillMs: number;
  /** Keys remembered; the longest unused one is forgotten first. */
  maxKeys?: number;
}

/** A token bucket per key. */
export class TokenBuckets {
  readonly #options: BucketOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  /** Takes a token; false when there is none left. */
  take(key: string): boolean {
    const { clock, burst, refillMs, maxKeys = 4096 } = this.#options;
    const now = steady(clock);
    const { tokens, at } = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const filled = Math.min(burst, tokens + (now - at) / refillMs);
    const taken = filled >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: taken ? filled - 1 : filled, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > maxKeys && oldest !== undefined) this.#buckets.delete(oldest);
    return taken;
  }
}
