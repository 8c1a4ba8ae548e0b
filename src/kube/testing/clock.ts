import type { Clock, Timer } from '../clock.ts';

interface Entry {
  at: number;
  fn: () => void;
}

/** A clock that stands still until it is turned. */
export class FakeClock implements Clock {
  #now: number;
  readonly #timers = new Set<Entry>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): Timer {
    const entry = { at: this.#now + ms, fn };
    this.#timers.add(entry);
    return { cancel: () => void this.#timers.delete(entry) };
  }

  /** Milliseconds until each timer that is set, the soonest first. */
  pending(): number[] {
    return [...this.#timers].map((entry) => entry.at - this.#now).sort((a, b) => a - b);
  }

  /** Moves on by `ms`, firing what falls due in its order; after each, everything that needs no I/O settles. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.fn();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#timers) if (entry.at <= end && (first === undefined || entry.at < first.at)) first = entry;
    return first;
  }
}

/** Lets promises, and callbacks that wait for the next turn of the event loop, run. */
export async function settle(turns = 5): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

const PATIENCE_MS = 15_000;

/** Waits, turn by turn of the event loop, until `condition` holds; throws when it just never does. */
export const until = (condition: () => boolean): Promise<void> =>
  repeat(() => new Promise((resolve) => setImmediate(resolve)), condition);

/** Does something over and over until `condition` holds; throws when it just never does, or a test would never end. */
export async function repeat(turn: () => Promise<unknown>, condition: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`still not: ${String(condition)}`);
    await turn();
  }
}
