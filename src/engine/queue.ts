import { type Clock, steady, type Timer } from '../kube/clock.ts';
import { Heap } from './heap.ts';

/** Priorities: what a user just did overtakes what merely happened, and both overtake the first list. */
export const PRIORITY = { edit: 0, child: -10, startup: -100 } as const;

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 5 * 60_000;
/** 50 ms · 2^13 is beyond the longest delay; counting on would only lose precision. */
const MAX_FAILURES = 13;

export interface AddOptions {
  priority?: number;
  delayMs?: number;
}

export interface Item {
  key: string;
  priority: number;
}

/** Told about what happens, for metrics. Must not throw. */
export interface QueueObserver {
  added(key: string): void;
  /** The key has become ready (+1), or left the ready ones (-1). */
  depth(key: string, priority: number, change: 1 | -1): void;
  /** Handed out after it stood ready for `waitedMs`. */
  taken(key: string, waitedMs: number): void;
  retried(key: string): void;
}

interface Entry extends Item {
  readyAt: number;
  order: number;
  /** Counted among the ready ones. */
  ready: boolean;
  /** Replaced by a newer entry of the same key; still somewhere in a heap. */
  stale: boolean;
}

export interface QueueOptions {
  clock: Clock;
  /** Random number in [0, 1). */
  jitter?: () => number;
  observer?: QueueObserver;
}

const byTime = (a: Entry, b: Entry): boolean => a.readyAt < b.readyAt;

const byPriority = (a: Entry, b: Entry): boolean => {
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.readyAt === b.readyAt ? a.order < b.order : a.readyAt < b.readyAt;
};

/**
 * Level-triggered work queue: a key stands in it at most once, with the highest priority and the earliest time that
 * anybody asked for, and is in the hands of at most one worker. Added while it is being worked on, it comes again after
 * `done`.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #jitter: () => number;
  readonly #observer: QueueObserver | undefined;
  readonly #waiting = new Map<string, Entry>();
  readonly #processing = new Set<string>();
  readonly #again = new Map<string, { priority: number; readyAt: number }>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Heap<Entry>(byTime);
  readonly #ready = new Heap<Entry>(byPriority);
  readonly #takers = new Set<(item: Item) => void>();
  #timer: { at: number; timer: Timer } | undefined;
  #order = 0;

  constructor(options: QueueOptions) {
    this.#clock = options.clock;
    this.#jitter = options.jitter ?? Math.random;
    this.#observer = options.observer;
  }

  /** Keys that wait, ready or not; those in the hands of a worker do not count. */
  get size(): number {
    return this.#waiting.size;
  }

  add(key: string, options: AddOptions = {}): void {
    const priority = options.priority ?? PRIORITY.edit;
    const readyAt = steady(this.#clock) + Math.max(0, options.delayMs ?? 0);
    this.#observer?.added(key);
    if (this.#processing.has(key)) {
      const known = this.#again.get(key);
      this.#again.set(key, known === undefined ? { priority, readyAt } : sooner(known, priority, readyAt));
      return;
    }
    this.#enter(key, priority, readyAt);
    this.#serve();
  }

  /** The next key that is due; undefined once `signal` is aborted. Call `done` with it afterwards. */
  next(signal: AbortSignal): Promise<Item | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const give = (item: Item | undefined): void => {
        signal.removeEventListener('abort', leave);
        resolve(item);
      };
      const leave = (): void => {
        this.#takers.delete(give);
        this.#arm();
        give(undefined);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#takers.add(give);
      this.#serve();
    });
  }

  /** The worker is through with the key. */
  done(key: string): void {
    if (!this.#processing.delete(key)) return;
    const again = this.#again.get(key);
    if (again === undefined) return;
    this.#again.delete(key);
    this.#enter(key, again.priority, again.readyAt);
    this.#serve();
  }

  /** Adds the key again after a delay that doubles with every failure: 50 ms up to 5 min, less up to half of it. */
  retry(key: string, priority: number = PRIORITY.child): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, Math.min(failures + 1, MAX_FAILURES));
    const full = Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);
    this.#observer?.retried(key);
    this.add(key, { priority, delayMs: full * (1 - this.#jitter() / 2) });
  }

  /** Forgets the failures of a key, after a success or once the object is gone. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  #enter(key: string, priority: number, readyAt: number): void {
    const known = this.#waiting.get(key);
    const wanted = known === undefined ? { priority, readyAt } : sooner(known, priority, readyAt);
    if (known !== undefined) {
      if (wanted.priority === known.priority && wanted.readyAt === known.readyAt) return;
      this.#retire(known);
    }
    const entry: Entry = { key, ...wanted, order: this.#order++, ready: false, stale: false };
    this.#waiting.set(key, entry);
    this.#delayed.push(entry);
    this.#compact();
  }

  #retire(entry: Entry): void {
    entry.stale = true;
    if (entry.ready) this.#observer?.depth(entry.key, entry.priority, -1);
  }

  /** Replaced entries stay in the heaps until they surface; they may not outnumber the others. */
  #compact(): void {
    if (this.#delayed.size + this.#ready.size < 2 * this.#waiting.size + 64) return;
    this.#delayed.filter((e) => !e.stale);
    this.#ready.filter((e) => !e.stale);
  }

  /** Moves what is due to the ready ones, and hands out as much as there are takers. */
  #serve(): void {
    const now = steady(this.#clock);
    for (let e = this.#delayed.peek(); e !== undefined && (e.stale || e.readyAt <= now); e = this.#delayed.peek()) {
      this.#delayed.pop();
      if (!e.stale) this.#makeReady(e);
    }
    for (const taker of this.#takers) {
      const entry = this.#take();
      if (entry === undefined) break;
      this.#takers.delete(taker);
      this.#observer?.taken(entry.key, now - entry.readyAt);
      taker({ key: entry.key, priority: entry.priority });
    }
    this.#arm();
  }

  #makeReady(entry: Entry): void {
    entry.ready = true;
    this.#ready.push(entry);
    this.#observer?.depth(entry.key, entry.priority, 1);
  }

  #take(): Entry | undefined {
    for (let e = this.#ready.pop(); e !== undefined; e = this.#ready.pop()) {
      if (e.stale) continue;
      this.#waiting.delete(e.key);
      this.#processing.add(e.key);
      this.#observer?.depth(e.key, e.priority, -1);
      return e;
    }
    return undefined;
  }

  /** One timer, for the first key that will be due, and only while somebody waits for it. */
  #arm(): void {
    const at = this.#takers.size === 0 ? undefined : this.#delayed.peek()?.readyAt;
    if (at === this.#timer?.at) return;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    if (at === undefined) return;
    const fire = (): void => {
      this.#timer = undefined;
      this.#serve();
    };
    this.#timer = { at, timer: this.#clock.setTimeout(fire, Math.max(0, at - steady(this.#clock))) };
  }
}

function sooner(known: { priority: number; readyAt: number }, priority: number, readyAt: number): { priority: number; readyAt: number } {
  return { priority: Math.max(known.priority, priority), readyAt: Math.min(known.readyAt, readyAt) };
}
