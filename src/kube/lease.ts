import type { KubeObject, NamespacedName } from '../base/object.ts';
import { K8S } from '../base/resources.ts';
import type { Clock } from './clock.ts';
import { realClock, sleep, steady } from './clock.ts';
import { isAlreadyExists, isConflict, isNotFound } from './errors.ts';
import type { Transport } from './http.ts';
import type { Lease } from './lease-record.ts';
import { claimed, durationOf, holderOf, released } from './lease-record.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import type { Objects } from './objects.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';
import { isOlder } from './versions.ts';
import { Wakeup } from './wakeup.ts';

export interface LeaseOptions {
  objects: Pick<Objects, 'get' | 'create' | 'update'>;
  http: Transport;
  namespace: string;
  name: string;
  /** Unique to this process. */
  identity: string;
  /** So long after it last saw a renewal, a standby takes over. */
  leaseMs?: number;
  /** So long without a renewal, the leader steps down; less than `leaseMs`. */
  renewDeadlineMs?: number;
  /** Between two renewals; less than `renewDeadlineMs`. */
  retryMs?: number;
  clock?: Clock;
  log?: Log;
  /** Random number in [0, 1). */
  jitter?: () => number;
}

export interface LeaseCallbacks {
  onStarted: () => void;
  /** Leadership was lost, not given up: stop writing at once. Called at most once; `run` ends with it. */
  onLost: () => void;
  /** Somebody, perhaps we, has become the leader. */
  onLeader?: (identity: string) => void;
}

const versionOf = (lease: KubeObject | undefined): string => lease?.metadata.resourceVersion ?? '';

const RELEASE_TIMEOUT_MS = 5_000;
const RELEASE_TRIES = 3;

/**
 * Leader election by a Lease, as client-go does it, except that a standby watches: a release hands over at once. Time is
 * only ever measured here, never compared with what another clock wrote down. Like any lease it does not fence.
 */
export class LeaseElector {
  readonly #options: Required<Pick<LeaseOptions, 'leaseMs' | 'renewDeadlineMs' | 'retryMs' | 'jitter'>> & LeaseOptions;
  readonly #name: NamespacedName;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #wakeup: Wakeup;
  #leading = false;
  /** The Lease as last seen, and when its present state was first seen, on the steady clock. */
  #lease: Lease | undefined;
  #seenAt = 0;
  /** When the last successful renewal was sent, on the steady clock. */
  #renewedAt = -Infinity;
  /** A write was given up, and may have been done all the same. */
  #cutOff = false;
  #leader = '';
  #onLeader: (identity: string) => void = () => undefined;

  constructor(options: LeaseOptions) {
    this.#options = { leaseMs: 30_000, renewDeadlineMs: 20_000, retryMs: 10_000, jitter: Math.random, ...options };
    this.#name = { namespace: options.namespace, name: options.name };
    this.#clock = options.clock ?? realClock;
    this.#log = options.log ?? silentLog;
    this.#wakeup = new Wakeup(this.#clock);
  }

  /** True only while the last renewal is fresh enough, also right after this process was suspended. */
  get isLeader(): boolean {
    return this.#leading && this.#sinceRenewal() < this.#options.renewDeadlineMs;
  }

  /**
   * Waits for leadership and keeps it. Ends when `signal` is aborted (a leader then releases the Lease) or when
   * leadership is lost.
   */
  async run(signal: AbortSignal, callbacks: LeaseCallbacks): Promise<void> {
    this.#onLeader = callbacks.onLeader ?? this.#onLeader;
    const watching = new AbortController();
    const watch = this.#watch(watching.signal);
    try {
      await this.#acquire(signal);
      if (!this.#leading) return await this.#release();
      this.#log.info(this.#fields(), 'this process leads');
      callbacks.onStarted();
      await this.#hold(signal);
      if (this.#leading) return await this.#release();
      this.#log.error(this.#fields(), 'leadership lost');
      callbacks.onLost();
    } finally {
      this.#leading = false;
      watching.abort();
      await watch;
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { http, namespace, name } = this.#options;
    const store = new Store({ log: this.#log });
    store.subscribe((delta) => {
      this.#observe(delta.type === 'deleted' ? undefined : delta.object, delta.object);
      this.#wakeup.wake();
    });
    const parts = { clock: this.#clock, log: this.#log, jitter: this.#options.jitter };
    const reflector = new Reflector({ http, type: K8S.Lease, store, namespace, fieldSelector: `metadata.name=${name}`, ...parts });
    await reflector.run(signal);
  }

  /** Ends as the leader, or when `signal` is aborted. */
  async #acquire(signal: AbortSignal): Promise<void> {
    const { retryMs, jitter } = this.#options;
    let known = await this.#look(signal);
    while (!signal.aborted) {
      const wait = known ? this.#claimableInMs() : retryMs;
      if (wait > 0) {
        await this.#wakeup.wait(wait, signal);
        known = known || (await this.#look(signal));
        continue;
      }
      if (await this.#claim(signal)) return;
      known = await this.#look(signal);
      // Not all standbys at once; and no news ends this pause: it could be that of our own write, whose answer was lost.
      if (this.#claimableInMs() <= 0) await sleep(this.#clock, retryMs * (0.5 + 0.5 * jitter()), signal);
    }
  }

  #claimableInMs(): number {
    const holder = holderOf(this.#lease);
    if (this.#lease === undefined || holder === '' || holder === this.#options.identity) return 0;
    return this.#seenAt + durationOf(this.#lease, this.#options.leaseMs) - steady(this.#clock);
  }

  /** Ends when `signal` is aborted, still leading; or when leadership is lost. */
  async #hold(signal: AbortSignal): Promise<void> {
    const { retryMs, renewDeadlineMs } = this.#options;
    let failed = false;
    let due = retryMs;
    while (!signal.aborted) {
      this.#leading = !this.#isLost();
      if (!this.#leading) return;
      // A Lease that somebody deleted is made anew at once.
      const wait = this.#lease === undefined && !failed ? 0 : Math.min(due, renewDeadlineMs) - this.#sinceRenewal();
      if (wait > 0) {
        await this.#wakeup.wait(wait, signal);
        continue;
      }
      failed = !(await this.#claim(signal));
      if (failed && !signal.aborted) await this.#look(signal);
      // After a failure sooner than usual: there is room for a few tries before the deadline.
      due = failed ? this.#sinceRenewal() + retryMs / 5 : retryMs;
    }
  }

  #isLost(): boolean {
    const taken = this.#lease !== undefined && holderOf(this.#lease) !== this.#options.identity;
    return taken || this.#sinceRenewal() >= this.#options.renewDeadlineMs;
  }

  /** Writes ourselves in, on top of what was last seen; false when that fails. */
  async #claim(signal: AbortSignal): Promise<boolean> {
    const { objects, identity, leaseMs, retryMs } = this.#options;
    const sentAt = steady(this.#clock);
    const lease = claimed(this.#lease, this.#name, { identity, now: this.#clock.now(), leaseMs });
    const options = { signal, timeoutMs: this.#leading ? this.#attemptMs() : retryMs, urgent: true };
    try {
      const write = this.#lease === undefined ? objects.create(K8S.Lease, lease, options) : objects.update(K8S.Lease, lease, options);
      const written = await write;
      this.#renewedAt = sentAt;
      this.#leading = true;
      this.#observe(written);
      return true;
    } catch (error) {
      this.#cutOff = signal.aborted;
      const expected = signal.aborted || isConflict(error) || isAlreadyExists(error) || isNotFound(error);
      if (!expected) this.#log.warn({ ...this.#fields(), err: error }, 'the lease could not be written');
      return false;
    }
  }

  #attemptMs(): number {
    const { retryMs, renewDeadlineMs } = this.#options;
    return Math.max(1, Math.min(retryMs, renewDeadlineMs - this.#sinceRenewal()));
  }

  /** Reads the Lease anew; false when even that fails. */
  async #look(signal: AbortSignal | undefined): Promise<boolean> {
    const timeoutMs = this.#leading ? this.#attemptMs() : this.#options.retryMs;
    try {
      this.#observe(await this.#options.objects.get(K8S.Lease, this.#name, { signal, timeoutMs, urgent: true }));
      return true;
    } catch (error) {
      if (isNotFound(error)) this.#observe(undefined);
      else if (signal?.aborted !== true) this.#log.warn({ ...this.#fields(), err: error }, 'the lease could not be read');
      return isNotFound(error);
    }
  }

  /** `gone` is the last state of a Lease that was deleted. What is older than what is known changes nothing. */
  #observe(lease: KubeObject | undefined, gone?: KubeObject): void {
    const known = versionOf(this.#lease);
    const version = versionOf(lease ?? gone);
    const old = version === known ? lease !== undefined : isOlder(version, known);
    if (version !== '' && old) return;
    this.#lease = lease;
    this.#seenAt = steady(this.#clock);
    const leader = holderOf(this.#lease);
    if (leader === this.#leader) return;
    this.#leader = leader;
    if (leader !== '') this.#onLeader(leader);
  }

  /** Gives the Lease up if it is ours, so that a standby need not wait for it to run out. */
  async #release(): Promise<void> {
    let look = this.#cutOff;
    for (let tries = 0; tries < RELEASE_TRIES; tries++) {
      if (look && !(await this.#look(undefined))) return;
      if (this.#lease === undefined || holderOf(this.#lease) !== this.#options.identity) return;
      if (await this.#tryRelease(this.#lease)) return;
      look = true;
    }
  }

  /** False: somebody wrote in between. */
  async #tryRelease(lease: Lease): Promise<boolean> {
    const options = { timeoutMs: RELEASE_TIMEOUT_MS, urgent: true };
    try {
      await this.#options.objects.update(K8S.Lease, released(lease, this.#clock.now()), options);
      this.#log.info(this.#fields(), 'lease released');
    } catch (error) {
      if (isConflict(error)) return false;
      this.#log.warn({ ...this.#fields(), err: error }, 'the lease could not be released');
    }
    return true;
  }

  #sinceRenewal(): number {
    return steady(this.#clock) - this.#renewedAt;
  }

  #fields(): object {
    return { lease: `${this.#name.namespace}/${this.#name.name}`, identity: this.#options.identity };
  }
}
