import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { KubeObject } from '../base/object.ts';
import { type Clock, steady } from '../kube/clock.ts';
import type { Observation } from '../kube/http.ts';
import { parseKey } from './keys.ts';
import type { QueueObserver } from './queue.ts';

/** controller-runtime's metric names and buckets, so that dashboards made for it work as they are. */

const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5,
  4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const QUEUE_BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];
const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 45, 60];

export const RESULTS = ['success', 'error', 'requeue', 'requeue_after'] as const;
export type ResultLabel = (typeof RESULTS)[number];

const LEASE_LABELS = ['name'] as const;
const CONTROLLER = ['controller'] as const;
const QUEUE = ['name', 'controller'] as const;
const CONDITION = ['kind', 'namespace', 'name', 'type'] as const;

const VALUE: Readonly<Record<string, number>> = { True: 1, False: 0, Unknown: -1 };

const controllerOf = (key: string): string => parseKey(key).kind.toLowerCase();

/** A queue of its own for each controller, as seen from outside; in fact all share one. */
const queueLabels = (key: string): { name: string; controller: string } => ({ name: controllerOf(key), controller: controllerOf(key) });

export interface MetricsOptions {
  clock: Clock;
  /** Names of the controllers, to start their counters at 0. */
  controllers: readonly string[];
  workers: number;
  /** Host of the API server. */
  host: string;
  /** All resources of ours, for their conditions. */
  resources: () => Iterable<KubeObject>;
  /** False: without those of the process itself, as tests want it. */
  processMetrics?: boolean;
}

export class Metrics implements QueueObserver {
  readonly registry = new Registry();
  readonly #options: MetricsOptions;
  /** Key → since when it is being worked on, on the steady clock. */
  readonly #running = new Map<string, number>();

  readonly #reconciles = this.#counter('controller_runtime_reconcile_total', 'Reconciliations per controller', [...CONTROLLER, 'result']);
  readonly #errors = this.#counter('controller_runtime_reconcile_errors_total', 'Reconciliation errors per controller', CONTROLLER);
  readonly #terminal = this.#counter('controller_runtime_terminal_reconcile_errors_total', 'Terminal reconciliation errors', CONTROLLER);
  readonly #panics = this.#counter('controller_runtime_reconcile_panics_total', 'Reconciliations that have thrown by a bug', CONTROLLER);
  readonly #timeouts = this.#counter('controller_runtime_reconcile_timeouts_total', 'Reconciliations that have timed out', CONTROLLER);
  readonly #maxConcurrent = this.#gauge('controller_runtime_max_concurrent_reconciles', 'Most reconciliations at once', CONTROLLER);
  readonly #active = this.#gauge('controller_runtime_active_workers', 'Workers in use per controller', CONTROLLER);
  readonly #reconcileTime = this.#histogram('controller_runtime_reconcile_time_seconds', 'Length of a reconciliation', CONTROLLER, RECONCILE_BUCKETS);
  readonly #depth = this.#gauge('workqueue_depth', 'Keys that are due', [...QUEUE, 'priority']);
  readonly #adds = this.#counter('workqueue_adds_total', 'Adds handled', QUEUE);
  readonly #retries = this.#counter('workqueue_retries_total', 'Retries handled', QUEUE);
  readonly #queueTime = this.#histogram('workqueue_queue_duration_seconds', 'How long a key was due before it was taken', QUEUE, QUEUE_BUCKETS);
  readonly #workTime = this.#histogram('workqueue_work_duration_seconds', 'How long a key was worked on', QUEUE, QUEUE_BUCKETS);
  readonly #requests = this.#counter('rest_client_requests_total', 'Requests to the API server', ['code', 'method', 'host']);
  readonly #requestTime = this.#histogram('rest_client_request_duration_seconds', 'Time to the first byte of an answer', ['verb', 'host'], REQUEST_BUCKETS);
  readonly #leader = this.#gauge('leader_election_master_status', 'Whether this process leads', LEASE_LABELS);

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#collected();
    if (options.processMetrics !== false) collectDefaultMetrics({ register: this.registry });
    for (const controller of options.controllers) {
      for (const result of RESULTS) this.#reconciles.inc({ controller, result }, 0);
      for (const counter of [this.#errors, this.#terminal, this.#panics, this.#timeouts]) counter.inc({ controller }, 0);
      for (const counter of [this.#adds, this.#retries]) counter.inc({ name: controller, controller }, 0);
      this.#active.set({ controller }, 0);
      this.#maxConcurrent.set({ controller }, options.workers);
    }
  }

  added(key: string): void {
    this.#adds.inc(queueLabels(key));
  }

  depth(key: string, priority: number, change: 1 | -1): void {
    this.#depth.inc({ ...queueLabels(key), priority: String(priority) }, change);
  }

  taken(key: string, waitedMs: number): void {
    this.#queueTime.observe(queueLabels(key), Math.max(0, waitedMs) / 1000);
  }

  retried(key: string): void {
    this.#retries.inc(queueLabels(key));
  }

  /** A reconciliation begins. */
  started(key: string): void {
    this.#running.set(key, steady(this.#options.clock));
    this.#active.inc({ controller: controllerOf(key) });
  }

  ended(key: string, result: ResultLabel): void {
    const controller = controllerOf(key);
    const now = steady(this.#options.clock);
    const seconds = (now - (this.#running.get(key) ?? now)) / 1000;
    this.#running.delete(key);
    this.#active.dec({ controller });
    this.#reconciles.inc({ controller, result });
    if (result === 'error') this.#errors.inc({ controller });
    this.#reconcileTime.observe({ controller }, seconds);
    this.#workTime.observe(queueLabels(key), seconds);
  }

  panicked(key: string): void {
    this.#panics.inc({ controller: controllerOf(key) });
  }

  /** One try of a request; for KubeHttp's `observe`. */
  request({ method, code, seconds }: Observation): void {
    const { host } = this.#options;
    this.#requests.inc({ code: code === 0 ? '<error>' : String(code), method, host });
    this.#requestTime.observe({ verb: method, host }, seconds);
  }

  leading(lease: string, leads: boolean): void {
    this.#leader.set({ name: lease }, leads ? 1 : 0);
  }

  /** How long the oldest reconciliation under way has been going on, in ms; 0 when there is none. */
  oldestRunningMs(): number {
    const now = steady(this.#options.clock);
    let oldest = now;
    for (const since of this.#running.values()) oldest = Math.min(oldest, since);
    return now - oldest;
  }

  /** Gauges that are computed when somebody asks. */
  #collected(): void {
    const runningOf = (controller: string): number[] => {
      const now = steady(this.#options.clock);
      return [...this.#running].flatMap(([key, since]) => (controllerOf(key) === controller ? [(now - since) / 1000] : []));
    };
    const perQueue = (name: string, help: string, value: (running: number[]) => number): void => {
      const controllers = this.#options.controllers;
      this.#gauge(name, help, QUEUE, (gauge) => {
        for (const controller of controllers) gauge.set({ name: controller, controller }, value(runningOf(controller)));
      });
    };
    perQueue('workqueue_unfinished_work_seconds', 'Time that work under way has taken so far', (all) => all.reduce((sum, s) => sum + s, 0));
    perQueue('workqueue_longest_running_processor_seconds', 'The same of the longest', (all) => Math.max(0, ...all));
    this.#gauge('lgtm_operator_resource_condition', 'Conditions: 1 true, 0 false, -1 unknown', CONDITION, (gauge) => {
      gauge.reset();
      for (const resource of this.#options.resources()) setConditions(gauge, resource);
    });
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<T extends string>(name: string, help: string, labelNames: readonly T[], collect?: (gauge: Gauge<T>) => void): Gauge<T> {
    const collecting = collect === undefined ? {} : { collect(this: Gauge<T>): void { collect(this); } };
    return new Gauge({ name, help, labelNames, registers: [this.registry], ...collecting });
  }

  #histogram<T extends string>(name: string, help: string, labelNames: readonly T[], buckets: number[]): Histogram<T> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}

function setConditions(gauge: Gauge<(typeof CONDITION)[number]>, { kind, metadata, ...rest }: KubeObject): void {
  const { status } = rest as { status?: { conditions?: { type: string; status: string }[] } };
  const { namespace = '', name } = metadata;
  for (const condition of status?.conditions ?? []) {
    gauge.set({ kind, namespace, name, type: condition.type }, VALUE[condition.status] ?? -1);
  }
}
