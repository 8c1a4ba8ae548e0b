import { stableJson } from '../base/hash.ts';
import { type ProductFacts, type ProductWish, type ReadSecret, wishHash } from '../base/product.ts';
import { type Clock, steady, type Timer } from '../kube/clock.ts';
import { Deadline } from '../kube/deadline.ts';
import type { Log } from '../kube/log.ts';
import type { Semaphore } from '../kube/semaphore.ts';
import { Wakeup } from '../kube/wakeup.ts';
import { Client } from './client.ts';
import { type Driver, Recollection, type Visit } from './driver.ts';
import { errorFromConnection, ProductError } from './errors.ts';
import type { Exchange, ExchangeOptions } from './http.ts';
import { ensured, failed, identified, isPassing, UNASKED } from './facts.ts';
import { readTrust, type Trust, Untrusted } from './trust.ts';

/** All in ms. */
export interface Timing {
  /** From the wish to the first visit: its Secrets may be on their way into the caches. */
  first: number;
  /** While it is not reachable, or not all is applied: doubled up to `longest`, less up to a fifth. */
  retry: number;
  longest: number;
  /** Once all is well: how is it? */
  well: number;
  /** Once all is well: is everything still as it was written? */
  full: number;
  /** After its Secrets have changed, the product may need so long to see it too (a mounted Secret, a minute or so). */
  grace: number;
}

export const TIMING: Timing = { first: 1_000, retry: 5_000, longest: 60_000, well: 30_000, full: 300_000, grace: 120_000 };

export interface TaskOptions {
  secret: ReadSecret;
  connect: (options: ExchangeOptions) => Exchange;
  drivers: Readonly<Record<ProductWish['driver'], Driver>>;
  /** Visits at once, of all tasks. */
  places: Semaphore;
  clock: Clock;
  log: Log;
  /** Random number in [0, 1). */
  jitter: () => number;
  timing: Timing;
  changed: () => void;
}

/** Most that one visit may take, so that a slow product holds no place for long. */
const VISIT_MS = 60_000;
/** So many failures in a row before something that was well counts as gone: one lost packet is no news. */
const FAILURES = 2;
const MAX_DOUBLINGS = 10;

interface Link {
  url: string;
  trust: Trust;
  exchange: Exchange;
}

/** How a visit ended. */
interface Result {
  facts: ProductFacts;
  /** It passes by itself, so that once does not count. */
  passing?: boolean;
  full?: boolean;
  waitMs?: number | undefined;
}

/** Looks after one wish of one resource: visits the product, now and again, and keeps what it has said. */
export class Task {
  #wish: ProductWish;
  #hash: string;
  #facts: ProductFacts | undefined;
  readonly #options: TaskOptions;
  readonly #wakeup: Wakeup;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly #memory = new Recollection();
  #link: Link | undefined;
  #nudge: Timer | undefined;
  /** Trust that has worked, and until when another one may fail. */
  #trusted: string | undefined;
  #graceUntil = -Infinity;
  #failures = 0;
  #lastVisit = -Infinity;
  #lastFull = -Infinity;

  constructor(wish: ProductWish, options: TaskOptions) {
    this.#wish = wish;
    this.#hash = wishHash(wish);
    this.#options = options;
    this.#wakeup = new Wakeup(options.clock);
    this.#done = this.#run();
  }

  /** Undefined until it was asked. */
  get facts(): ProductFacts | undefined {
    return this.#facts;
  }

  /** The resource has been looked at again: a wish that has changed is taken up at once, one that waits for something is tried soon. */
  update(wish: ProductWish): void {
    const hash = wishHash(wish);
    if (hash !== this.#hash) {
      this.#wish = wish;
      this.#hash = hash;
      this.#failures = 0;
      this.#wakeup.wake();
    } else if (!this.#isWell() && this.#nudge === undefined && this.#lastVisit !== -Infinity) {
      const { clock, timing } = this.#options;
      this.#nudge = clock.setTimeout(() => this.#wakeup.wake(), Math.max(0, this.#lastVisit + timing.retry - steady(clock)));
    }
  }

  /** Gives up what is under way. */
  async stop(): Promise<void> {
    this.#nudge?.cancel();
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    // Not all at once, after a restart of the operator.
    let pause = this.#options.timing.first * (1 + this.#options.jitter());
    for (;;) {
      await this.#wakeup.wait(pause, signal);
      const leave = await this.#options.places.acquire(signal);
      if (leave === undefined) break;
      try {
        pause = await this.#visit(signal);
      } finally {
        leave();
      }
    }
    await this.#link?.exchange.close();
  }

  /** One visit; returns how long to wait for the next. Never rejects. */
  async #visit(outer: AbortSignal): Promise<number> {
    const { clock, log } = this.#options;
    this.#nudge?.cancel();
    this.#nudge = undefined;
    this.#lastVisit = steady(clock);
    const wish = this.#wish;
    const deadline = new Deadline(clock, VISIT_MS, outer);
    try {
      const result = await this.#ask(wish, deadline.signal);
      if (outer.aborted) return 0;
      if (result.full === true) this.#lastFull = steady(clock);
      this.#keep(result);
      return this.#pause(result);
    } catch (error) {
      // The API server could not be asked for a Secret, or this is a bug of ours: either way, nothing was learnt of the product.
      if (!outer.aborted) log.warn({ product: wish.id, namespace: wish.namespace, err: error }, 'visiting a product failed');
      this.#failures++;
      return this.#backoff();
    } finally {
      deadline.dispose();
    }
  }

  async #ask(wish: ProductWish, signal: AbortSignal): Promise<Result> {
    const before = this.#facts ?? UNASKED;
    try {
      const link = await this.#connect(wish, signal);
      const found = await this.#look(wish, this.#visitOf(wish, link, signal));
      this.#trusted = link.trust.hash;
      return found;
    } catch (error) {
      if (error instanceof Untrusted) return { facts: failed(before, error, wish), passing: true };
      const known = error instanceof ProductError ? error : undefined;
      if (known === undefined) throw error;
      const held = steady(this.#options.clock) < this.#graceUntil;
      return { facts: failed(before, known, wish), passing: isPassing(known.trouble) || held, waitMs: known.retryAfterMs };
    }
  }

  async #look(wish: ProductWish, visit: Visit): Promise<Result> {
    const before = this.#facts ?? UNASKED;
    const driver = this.#options.drivers[wish.driver];
    const identity = await driver.identify(visit);
    const found = identified(before, identity, wish);
    if (!identity.ready) return { facts: found, passing: true };
    if (!visit.full && before.facts['uuid'] === identity.facts['uuid']) return { facts: found };
    try {
      return { facts: ensured(found, await driver.ensure(visit), wish, this.#hashOf(wish)), full: true };
    } catch (error) {
      if (!(error instanceof ProductError) || !isPassing(error.trouble)) throw error;
      return { facts: found, waitMs: error.retryAfterMs ?? 0 };
    }
  }

  #hashOf = (wish: ProductWish): string => (wish === this.#wish ? this.#hash : wishHash(wish));

  #visitOf(wish: ProductWish, { exchange, trust }: Link, signal: AbortSignal): Visit {
    const { clock, drivers, timing } = this.#options;
    const headers = { ...drivers[wish.driver].headers, authorization: trust.authorization };
    const full = !this.#isWell() || steady(clock) - this.#lastFull >= timing.full;
    return { wish, full, memory: this.#memory, client: new Client({ exchange, headers, signal, now: () => clock.now() }) };
  }

  /** Connections stay as long as address and trust do. */
  async #connect(wish: ProductWish, signal: AbortSignal): Promise<Link> {
    const { clock, connect, secret, timing } = this.#options;
    const trust = await readTrust(wish, secret, signal);
    const known = this.#link;
    if (known?.url === wish.url && known.trust.hash === trust.hash) return known;
    if (this.#trusted !== undefined && this.#trusted !== trust.hash) this.#graceUntil = steady(clock) + timing.grace;
    await known?.exchange.close();
    this.#link = undefined;
    try {
      this.#link = { url: wish.url, trust, exchange: connect({ url: wish.url, ca: trust.ca, clock }) };
    } catch (error) {
      // A CA that is no PEM.
      throw errorFromConnection(error);
    }
    return this.#link;
  }

  #isWell(): boolean {
    return this.#facts?.state === 'reachable' && this.#facts.applied === this.#hash;
  }

  #keep({ facts, passing }: Result): void {
    this.#failures = this.#ends(facts) ? 0 : this.#failures + 1;
    if (passing === true && this.#facts?.state === 'reachable' && this.#isHeld()) return;
    const before = this.#facts;
    this.#facts = facts;
    if (before !== undefined && stableJson(before) === stableJson(facts)) return;
    const { id, namespace, url } = this.#wish;
    const codes = facts.findings.map(({ code }) => code);
    this.#options.log.info({ product: id, namespace, url, state: facts.state, applied: facts.applied === this.#hash, findings: codes }, 'a product has news');
    this.#options.changed();
  }

  /** What was well stays so until it has failed a few times, or until its new Secrets must have reached it. */
  #isHeld = (): boolean => this.#failures < FAILURES || steady(this.#options.clock) < this.#graceUntil;

  #ends = (facts: ProductFacts): boolean => facts.state === 'reachable' && facts.applied === this.#hash;

  #pause({ facts, waitMs }: Result): number {
    const { timing, jitter } = this.#options;
    if (this.#ends(facts) && waitMs === undefined) return timing.well * (1 - jitter() / 10);
    return Math.max(waitMs ?? 0, this.#backoff());
  }

  #backoff(): number {
    const { timing, jitter } = this.#options;
    const full = Math.min(timing.retry * 2 ** Math.min(Math.max(0, this.#failures - 1), MAX_DOUBLINGS), timing.longest);
    return full * (1 - jitter() / 5);
  }
}
