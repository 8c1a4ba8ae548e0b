import type { KubeObject } from '../../base/object.ts';
import type { DataPlane } from '../../base/product.ts';
import type { EventNote } from '../../kube/events.ts';
import { type Log, silentLog } from '../../kube/log.ts';
import { Caches, type Scope } from '../caches.ts';
import { Metrics } from '../metrics.ts';
import { Orphans } from '../orphans.ts';
import { WorkQueue } from '../queue.ts';
import { Reconciler } from '../reconcile.ts';
import { wireTriggers } from '../triggers.ts';
import { Workers } from '../worker.ts';
import { FakeClock, settle } from './clock.ts';
import { type AnyObject, FakeCluster } from './cluster.ts';
import { TOY, type Toy, ToyController } from './toy.ts';

/** The whole engine over a cluster in memory, on a clock that stands still unless turned. */
export class Harness {
  readonly clock = new FakeClock();
  readonly controller = new ToyController();
  readonly events: string[] = [];
  readonly logged: { level: string; fields: Record<string, unknown>; message: string | undefined }[] = [];
  readonly log: Log = this.#recorder();
  readonly caches: Caches;
  readonly cluster: FakeCluster;
  readonly queue: WorkQueue;
  readonly metrics: Metrics;
  readonly reconciler: Reconciler;
  readonly orphans: Orphans;
  readonly #workers: Workers;
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(scope: Scope = {}, dataPlane?: DataPlane) {
    const { clock, log } = this;
    this.caches = new Caches([TOY], scope, silentLog);
    this.cluster = new FakeCluster(this.caches);
    const events = { emit: (object: KubeObject, note: EventNote) => void this.events.push(`${object.metadata.name} ${note.reason}`) };
    const parts = { objects: this.cluster, caches: this.caches, clock, log };
    this.reconciler = new Reconciler({ ...parts, controllers: [this.controller], events, dataPlane });
    this.metrics = new Metrics({ clock, controllers: ['toy'], workers: 4, host: 'h', resources: () => [], processMetrics: false });
    this.queue = new WorkQueue({ clock, jitter: () => 0, observer: this.metrics });
    const { dependents, memory, expectations } = this.reconciler;
    wireTriggers({ caches: this.caches, queue: this.queue, dependents, memory, dataPlane });
    this.orphans = new Orphans(parts);
    this.#workers = new Workers({
      queue: this.queue, reconciler: this.reconciler, expectations, orphans: this.orphans, observer: this.metrics, log, count: 4,
    });
  }

  /** Fills the caches and lets the workers begin. */
  async start(): Promise<void> {
    this.cluster.sync();
    this.#done = this.#workers.run({ stop: this.#stop.signal, abort: this.#abort.signal });
    await this.idle();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#abort.abort();
    await this.#done;
  }

  /** Lets `ms` pass, in small steps. */
  async idle(ms = 1_500): Promise<void> {
    for (let rest = ms; rest > 0; rest -= 50) await this.clock.advance(Math.min(50, rest));
    await settle();
  }

  toy(name: string): Toy {
    const found = this.cluster.find('Toy', 'ns', name);
    if (found === undefined) throw new Error(`no Toy ${name}`);
    return found as unknown as Toy;
  }

  /** A user edits the spec. */
  edit(name: string, spec: Partial<Toy['spec']>): void {
    this.cluster.edit('Toy', 'ns', name, (object) => Object.assign(object['spec'] as object, spec));
  }

  /** What the controllers of Kubernetes do for a workload. */
  makeReady(name: string): AnyObject {
    return this.cluster.edit('StatefulSet', 'ns', name, (object) => {
      object['status'] = { readyReplicas: 1, observedGeneration: object.metadata.generation };
    });
  }

  async metric(name: string, labels: Readonly<Record<string, string>>): Promise<number | undefined> {
    const found = (await this.metrics.registry.getSingleMetric(name)?.get())?.values ?? [];
    return found.find((value) => Object.entries(labels).every(([key, text]) => String(value.labels[key]) === text))?.value;
  }

  #recorder(): Log {
    const at = (level: string) => (fields: object, message?: string) => void this.logged.push({ level, fields: { ...fields }, message });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}
