import type { KubeObject } from '../../base/object.ts';
import { K8S } from '../../base/resources.ts';
import { KubeHttp } from '../http.ts';
import type { Log } from '../log.ts';
import type { ReflectorOptions } from '../reflector.ts';
import { Reflector } from '../reflector.ts';
import { Store } from '../store.ts';
import { FakeClock, repeat, settle, until } from './clock.ts';
import { FakeServer, verbOf } from './server.ts';
import type { FakeWatch } from './watch.ts';

type Options = Partial<ReflectorOptions<KubeObject>>;

/** A reflector of config maps, between a fake API server and a store, on a clock that stands still. */
export class ReflectorBench {
  readonly server: FakeServer;
  readonly clock = new FakeClock();
  readonly store = new Store();
  readonly deltas: string[] = [];
  readonly logged: string[] = [];
  readonly stop = new AbortController();
  readonly http: KubeHttp;
  #reflector: Reflector | undefined;
  #running: Promise<void> | undefined;

  private constructor(server: FakeServer) {
    this.server = server;
    this.http = new KubeHttp(server.connection, { userAgent: 'test', clock: this.clock });
    this.store.subscribe((d) => this.deltas.push(`${d.type} ${d.object.metadata.name}${d.initial ? ' initial' : ''}`));
  }

  static async create(): Promise<ReflectorBench> {
    return new ReflectorBench(await FakeServer.start());
  }

  get reflector(): Reflector {
    if (this.#reflector === undefined) throw new Error('not started');
    return this.#reflector;
  }

  get running(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  start(options: Options = {}): void {
    const note =
      (level: string) =>
      (_: object, message = ''): void =>
        void this.logged.push(`${level} ${message}`);
    const log: Log = { debug: () => undefined, info: note('info'), warn: note('warn'), error: note('error') };
    const parts = { http: this.http, store: this.store, clock: this.clock, log, jitter: () => 0 };
    this.#reflector = new Reflector({ ...parts, type: K8S.ConfigMap, ...options });
    this.#running = this.#reflector.run(this.stop.signal);
  }

  /** Started, in sync, with a watch open for long enough not to count as short. */
  async synced(options: Options = {}): Promise<void> {
    this.start(options);
    await this.reflector.synced;
    await this.watching();
    await this.clock.advance(1_000);
  }

  put(name: string, labels?: Record<string, string>): void {
    const metadata = { namespace: 'n', name, ...(labels && { labels }) };
    this.server.cluster.put('v1/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }

  drop(name: string): void {
    this.server.cluster.delete('v1/configmaps', 'n', name);
  }

  get(name: string): KubeObject | undefined {
    return this.store.get({ namespace: 'n', name });
  }

  has(name: string): Promise<void> {
    return until(() => this.get(name) !== undefined);
  }

  hasNot(name: string): Promise<void> {
    return until(() => this.get(name) === undefined);
  }

  watching(): Promise<void> {
    return until(() => this.server.watches.size === 1);
  }

  asked(requests: number): Promise<void> {
    return until(() => this.server.requests.length === requests);
  }

  get watch(): FakeWatch {
    const [watch] = this.server.watches;
    if (watch === undefined) throw new Error('no watch is open');
    return watch;
  }

  /** Waits until the reflector pauses, ends the pause, and says how long it was, in ms. */
  async endPause(): Promise<number> {
    // Longer ones are deadlines of what is under way.
    await until(() => this.server.watches.size === 0 && (this.clock.pending()[0] ?? Infinity) < 25_000);
    const [ms = 0] = this.clock.pending();
    await this.clock.advance(ms);
    return ms;
  }

  /** Lets time pass, while I/O keeps up with it, until `condition` holds. */
  pass(stepMs: number, condition: () => boolean): Promise<void> {
    return repeat(async () => {
      await settle();
      await this.clock.advance(stepMs);
    }, condition);
  }

  get verbs(): string[] {
    return this.server.requests.map(verbOf);
  }

  get versions(): (string | undefined)[] {
    return this.server.requests.map((r) => r.query['resourceVersion']);
  }

  /** Requests that began a listing by WatchList. */
  get watchLists(): number {
    return this.server.requests.filter((r) => r.query['sendInitialEvents'] !== undefined).length;
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
    await this.http.close();
    await this.server.stop();
  }
}
