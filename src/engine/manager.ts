import { MANAGER } from '../base/names.ts';
import type { DataPlane } from '../base/product.ts';
import { type Clock, realClock, sleep } from '../kube/clock.ts';
import type { Connection } from '../kube/connection.ts';
import { EventRecorder } from '../kube/events.ts';
import { KubeHttp, type Transport } from '../kube/http.ts';
import { LeaseElector } from '../kube/lease.ts';
import type { Log } from '../kube/log.ts';
import { Objects } from '../kube/objects.ts';
import { Caches, type Scope } from './caches.ts';
import type { Controller } from './controller.ts';
import { fenced } from './fence.ts';
import { HealthServer, LoopDelay, reconcileCheck } from './health.ts';
import { Metrics } from './metrics.ts';
import { Orphans } from './orphans.ts';
import { type DataPlaneFactory, NO_DATA_PLANE, secretReader } from './products.ts';
import { PRIORITY, WorkQueue } from './queue.ts';
import { Reconciler } from './reconcile.ts';
import { ORPHANS_KEY, wireTriggers } from './triggers.ts';
import { Workers } from './worker.ts';

export interface LeaderElection {
  namespace: string;
  /** Name of the Lease. */
  name: string;
}

export interface ManagerOptions {
  connection: Connection;
  userAgent: string;
  controllers: readonly Controller[];
  scope: Scope;
  /** Unique to this process: the pod's name. Reporting instance of events, and holder of the Lease. */
  identity: string;
  /** Absent: there is only ever one of us. */
  leaderElection?: LeaderElection | undefined;
  /** Where `/healthz`, `/readyz` and `/metrics` are served: `:8080`. */
  addresses: readonly string[];
  log: Log;
  clock?: Clock;
  /** Aborted to stop, gracefully. */
  signal: AbortSignal;
  /** Resources worked on at once; default 8. */
  workers?: number;
  /** Makes what asks running products; absent: they are not asked. */
  dataPlane?: DataPlaneFactory | undefined;
  /** Told of the ports that are served, in the order of `addresses`. */
  onListening?: (ports: readonly number[]) => void;
  /** Told when work begins: this process leads, and its caches are filled. */
  onWorking?: () => void;
}

/** Why the manager has ended; after `leadership lost` the process has to exit, with an error. */
export type ManagerEnd = 'stopped' | 'leadership lost';

const DRAIN_MS = 20_000;
const FLUSH_MS = 2_000;
const WORKERS = 8;

/**
 * Fills the caches, waits for leadership, and works until `signal` is aborted or leadership is lost. A standby keeps its
 * caches warm and writes nothing. Rejects when an address cannot be served.
 */
export async function runManager(options: ManagerOptions): Promise<ManagerEnd> {
  const manager = new Manager(options);
  return manager.run();
}

class Manager {
  readonly #options: ManagerOptions;
  readonly #clock: Clock;
  readonly #caches: Caches;
  readonly #metrics: Metrics;
  readonly #http: KubeHttp;
  readonly #events: EventRecorder;
  readonly #queue: WorkQueue;
  readonly #workers: Workers;
  readonly #dataPlane: DataPlane;
  readonly #unwire: () => void;
  readonly #elector: LeaseElector | undefined;
  readonly #delay = new LoopDelay();
  #working = false;

  constructor(options: ManagerOptions) {
    const { connection, controllers, log, scope, identity } = options;
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    const count = options.workers ?? WORKERS;
    this.#caches = new Caches(controllers.map((controller) => controller.resource), scope, log);
    this.#metrics = this.#measure(count);
    const observe = this.#metrics.request.bind(this.#metrics);
    this.#http = new KubeHttp(connection, { userAgent: options.userAgent, observe, clock: this.#clock });
    this.#elector = this.#election(this.#http);
    const objects = fenced(new Objects(this.#http), () => this.#leads());
    this.#events = new EventRecorder({ objects, controller: `lgtm-operator.io/${MANAGER}`, instance: identity, clock: this.#clock, log });
    const parts = { objects, caches: this.#caches, clock: this.#clock, log };
    this.#dataPlane = options.dataPlane?.({ secret: secretReader(objects, this.#caches), clock: this.#clock, log }) ?? NO_DATA_PLANE;
    const reconciler = new Reconciler({ ...parts, controllers, events: this.#events, dataPlane: this.#dataPlane });
    const { dependents, memory, expectations } = reconciler;
    this.#queue = new WorkQueue({ clock: this.#clock, observer: this.#metrics });
    this.#unwire = wireTriggers({ caches: this.#caches, queue: this.#queue, dependents, memory, dataPlane: this.#dataPlane });
    const orphans = new Orphans(parts);
    this.#workers = new Workers({ queue: this.#queue, reconciler, expectations, orphans, observer: this.#metrics, log, count });
  }

  async run(): Promise<ManagerEnd> {
    const life = new AbortController();
    const servers: HealthServer[] = [];
    let watching: Promise<void> | undefined;
    try {
      await this.#listen(servers);
      watching = this.#caches.run(this.#http, life.signal);
      return await this.#lead();
    } finally {
      this.#unwire();
      life.abort();
      await this.#dataPlane.close();
      await watching;
      await this.#http.close();
      await Promise.all(servers.map((server) => server.close()));
      this.#delay.stop();
    }
  }

  #measure(workers: number): Metrics {
    const { controllers, connection } = this.#options;
    return new Metrics({
      clock: this.#clock,
      controllers: controllers.map((controller) => controller.resource.kind.toLowerCase()),
      workers,
      host: new URL(connection.server).host,
      resources: () => [...this.#caches.own.values()].flatMap((cache) => cache.list()),
    });
  }

  #election(http: Transport): LeaseElector | undefined {
    const { leaderElection, identity, log } = this.#options;
    if (leaderElection === undefined) return undefined;
    // Not fenced: this is how one comes to lead.
    return new LeaseElector({ objects: new Objects(http), http, ...leaderElection, identity, clock: this.#clock, log });
  }

  #leads(): boolean {
    return this.#working && (this.#elector?.isLeader ?? true);
  }

  async #listen(servers: HealthServer[]): Promise<void> {
    const ports: number[] = [];
    for (const address of this.#options.addresses) {
      const server = new HealthServer({
        live: {
          'event-loop': this.#delay.check,
          reconcile: reconcileCheck(() => this.#metrics.oldestRunningMs()),
          lease: () => (this.#working && !this.#leads() ? 'the lease was not renewed in time' : undefined),
        },
        ready: { caches: () => (this.#caches.isSynced ? undefined : 'not all caches are filled yet') },
        metrics: { text: () => this.#metrics.registry.metrics(), contentType: this.#metrics.registry.contentType },
      });
      ports.push(await server.listen(address));
      servers.push(server);
    }
    this.#options.onListening?.(ports);
  }

  async #lead(): Promise<ManagerEnd> {
    const { signal, leaderElection } = this.#options;
    const lost = new AbortController();
    if (this.#elector === undefined || leaderElection === undefined) {
      await this.#work(lost.signal);
      return 'stopped';
    }
    const release = new AbortController();
    let working = Promise.resolve();
    const started = (): void => {
      this.#metrics.leading(leaderElection.name, true);
      working = this.#work(lost.signal);
    };
    this.#metrics.leading(leaderElection.name, false);
    const election = this.#elector.run(release.signal, { onStarted: started, onLost: () => lost.abort() });
    // The lease is kept until the last write is through.
    const stopped = aborted(signal).then(() => working).then(() => release.abort());
    await election;
    this.#metrics.leading(leaderElection.name, false);
    await working;
    if (lost.signal.aborted) return 'leadership lost';
    await stopped;
    return 'stopped';
  }

  /** Works until told to stop, then drains; until `lost`, then gives up. */
  async #work(lost: AbortSignal): Promise<void> {
    const { signal } = this.#options;
    const stop = AbortSignal.any([signal, lost]);
    await Promise.race([this.#caches.synced(), aborted(stop)]);
    if (stop.aborted) return;
    this.#options.onWorking?.();
    this.#options.log.info({ workers: this.#options.workers ?? WORKERS }, 'all caches are filled, working');
    this.#working = true;
    const giveUp = new AbortController();
    this.#queue.add(ORPHANS_KEY, { priority: PRIORITY.startup });
    const done = this.#workers.run({ stop, abort: giveUp.signal });
    await aborted(stop);
    const closed = this.#dataPlane.close();
    if (!lost.aborted) await this.#drain(done, lost);
    giveUp.abort();
    await Promise.all([done, closed]);
    this.#working = false;
  }

  async #drain(done: Promise<void>, lost: AbortSignal): Promise<void> {
    const enough = new AbortController();
    const late = sleep(this.#clock, DRAIN_MS, enough.signal);
    const through = await Promise.race([done.then(() => true), late.then(() => false), aborted(lost).then(() => false)]);
    if (!through) this.#options.log.warn({}, 'giving up what is still under way');
    else await Promise.race([this.#events.flush(), sleep(this.#clock, FLUSH_MS, enough.signal)]);
    enough.abort();
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
