import type { Log } from '../kube/log.ts';
import type { Expectations } from './expectations.ts';
import type { ResultLabel } from './metrics.ts';
import type { Orphans } from './orphans.ts';
import { type Item, PRIORITY, type WorkQueue } from './queue.ts';
import { ControllerPanic, type Reconciler, type Result } from './reconcile.ts';
import { ORPHANS_KEY } from './triggers.ts';

/** Told about every reconciliation; Metrics is one. */
export interface WorkObserver {
  started(key: string): void;
  ended(key: string, result: ResultLabel): void;
  panicked(key: string): void;
}

export interface WorkersOptions {
  queue: WorkQueue;
  reconciler: Pick<Reconciler, 'reconcile'>;
  expectations: Pick<Expectations, 'pending'>;
  orphans: Pick<Orphans, 'sweep'>;
  observer: WorkObserver;
  log: Log;
  /** Keys worked on at once. */
  count: number;
}

export interface WorkSignals {
  /** Take no further key. */
  stop: AbortSignal;
  /** Give up what is under way, and write nothing more. */
  abort: AbortSignal;
}

/** Takes keys from the queue and reconciles them. Nothing that a key does stops the others. */
export class Workers {
  readonly #options: WorkersOptions;
  /** Keys that wait for the cache to see their own writes → priority to come back with. */
  readonly #parked = new Map<string, number>();

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** Resolves when all have stopped. Never rejects. */
  async run(signals: WorkSignals): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.count }, () => this.#loop(signals)));
  }

  async #loop(signals: WorkSignals): Promise<void> {
    const { queue } = this.#options;
    for (let item = await queue.next(signals.stop); item !== undefined; item = await queue.next(signals.stop)) {
      try {
        if (!this.#park(item, signals.stop)) await this.#work(item, signals.abort);
      } finally {
        queue.done(item.key);
      }
    }
  }

  /** Puts a key aside, for it has written what the cache has not seen yet. */
  #park({ key, priority }: Item, stop: AbortSignal): boolean {
    const parked = this.#parked.get(key);
    if (parked !== undefined) {
      this.#parked.set(key, Math.max(parked, priority));
      return true;
    }
    const pending = this.#options.expectations.pending(key, stop);
    if (pending === undefined) return false;
    this.#parked.set(key, priority);
    void pending.then(() => {
      const back = this.#parked.get(key) ?? priority;
      this.#parked.delete(key);
      this.#options.queue.add(key, { priority: back });
    });
    return true;
  }

  async #work({ key, priority }: Item, abort: AbortSignal): Promise<void> {
    const { observer } = this.#options;
    observer.started(key);
    let label: ResultLabel = 'error';
    try {
      label = this.#settle(key, await this.#reconcile(key, abort));
    } catch (error) {
      this.#fail(key, error, { priority, abort });
    } finally {
      observer.ended(key, label);
    }
  }

  async #reconcile(key: string, abort: AbortSignal): Promise<Result> {
    if (key !== ORPHANS_KEY) return this.#options.reconciler.reconcile(key, abort);
    return { again: (await this.#options.orphans.sweep(abort)) ? 'no' : 'backoff' };
  }

  #settle(key: string, result: Result): ResultLabel {
    const { queue } = this.#options;
    if (result.again === 'backoff') {
      queue.retry(key);
      return 'requeue';
    }
    queue.forget(key);
    if (result.again === 'no') return 'success';
    queue.add(key, { priority: PRIORITY.child, delayMs: result.ms });
    return 'requeue_after';
  }

  #fail(key: string, error: unknown, { priority, abort }: { priority: number; abort: AbortSignal }): void {
    const { queue, log, observer } = this.#options;
    if (abort.aborted) return;
    if (error instanceof ControllerPanic) observer.panicked(key);
    log.error({ key, err: error }, error instanceof ControllerPanic ? 'a bug of the operator' : 'reconciling failed, trying again');
    queue.retry(key, Math.min(priority, PRIORITY.child));
  }
}
