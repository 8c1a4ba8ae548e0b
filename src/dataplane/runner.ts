import type { ObjectRef } from '../base/object.ts';
import { refKey } from '../base/object.ts';
import type { DataPlane, ProductFacts, ProductWish, ReadSecret } from '../base/product.ts';
import type { Clock } from '../kube/clock.ts';
import type { Log } from '../kube/log.ts';
import { Semaphore } from '../kube/semaphore.ts';
import type { Driver } from './driver.ts';
import { elasticsearch } from './elasticsearch/driver.ts';
import { type Dial, exchange, type Exchange, type ExchangeOptions } from './http.ts';
import { kibana } from './kibana/driver.ts';
import { Task, type TaskOptions, type Timing, TIMING } from './task.ts';

export interface ProductsOptions {
  secret: ReadSecret;
  clock: Clock;
  log: Log;
  /** Where to connect in place of what names say: for tests, in which no Service has an address. */
  dial?: Dial | undefined;
  /** Random number in [0, 1). */
  jitter?: () => number;
  timing?: Partial<Timing>;
  /** In place of connections. */
  connect?: (options: ExchangeOptions) => Exchange;
}

const DRIVERS: Readonly<Record<ProductWish['driver'], Driver>> = { elasticsearch, kibana };

/** Visits at once. They do little but wait, those of products that are out of reach longest: they must not keep others from theirs. */
const PLACES = 64;

/** The data plane: one task for each wish of each resource. */
export class ProductsDataPlane implements DataPlane {
  readonly #options: Omit<TaskOptions, 'changed'>;
  readonly #tasks = new Map<string, Map<string, Task>>();
  readonly #listeners = new Set<(key: string) => void>();
  readonly #leaving = new Set<Promise<void>>();
  #closed = false;

  constructor({ secret, clock, log, dial, jitter, timing, connect }: ProductsOptions) {
    const places = new Semaphore(PLACES);
    const connectBy = connect ?? ((options: ExchangeOptions) => exchange({ ...options, dial }));
    this.#options = { secret, clock, log, places, drivers: DRIVERS, connect: connectBy, jitter: jitter ?? Math.random, timing: { ...TIMING, ...timing } };
  }

  /** Tasks at work. */
  get size(): number {
    return [...this.#tasks.values()].reduce((sum, tasks) => sum + tasks.size, 0);
  }

  set(key: string, wishes: readonly ProductWish[]): void {
    if (this.#closed || (wishes.length === 0 && !this.#tasks.has(key))) return;
    const tasks = this.#tasks.get(key) ?? new Map<string, Task>();
    this.#tasks.set(key, tasks);
    for (const wish of wishes) {
      const known = tasks.get(wish.id);
      if (known === undefined) tasks.set(wish.id, new Task(wish, { ...this.#options, changed: () => this.#tell(key) }));
      else known.update(wish);
    }
    const wanted = new Set(wishes.map(({ id }) => id));
    for (const [id, task] of tasks) if (!wanted.has(id)) this.#end(tasks, id, task);
    if (tasks.size === 0) this.#tasks.delete(key);
  }

  forget(key: string): void {
    this.set(key, []);
  }

  facts(resource: ObjectRef, id: string): ProductFacts | undefined {
    return this.#tasks.get(refKey(resource))?.get(id)?.facts;
  }

  onChange(listener: (key: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    for (const key of [...this.#tasks.keys()]) this.forget(key);
    this.#closed = true;
    this.#listeners.clear();
    await Promise.all(this.#leaving);
  }

  #end(tasks: Map<string, Task>, id: string, task: Task): void {
    tasks.delete(id);
    const gone = task.stop().finally(() => this.#leaving.delete(gone));
    this.#leaving.add(gone);
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
}
