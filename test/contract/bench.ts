import { FakeClock, settle } from '../../src/engine/testing/clock.ts';
import type { ProductFacts, ProductObject, ProductWish } from '../../src/base/product.ts';
import type { Log } from '../../src/kube/log.ts';
import { ProductsDataPlane } from '../../src/dataplane/runner.ts';
import { ContractElasticsearch } from './elasticsearch.ts';
import { ContractKibana } from './kibana.ts';
import { inMemory } from './serve.ts';

export const KEY = 'LogStack/obs/logs';
export const REF = { kind: 'LogStack', namespace: 'obs', name: 'logs' };

const ES = 'https://logs-elasticsearch.obs.svc:9200';
const KIBANA = 'http://logs-kibana.obs.svc:5601';

export interface Objects {
  days?: number | undefined;
  replicas?: number;
  mappings?: Record<string, unknown>;
  failureStore?: boolean;
}

/** What a LogStack wishes for, in short. */
export function objects({ days = 14, replicas = 0, mappings = { properties: { message: { type: 'match_only_text' } } }, failureStore = false }: Objects = {}): ProductObject[] {
  const rollover = { hot: { actions: { rollover: { max_age: '1d', max_primary_shard_size: '50gb' } } } };
  const phases = days === 0 ? rollover : { ...rollover, delete: { min_age: `${days}d`, actions: { delete: {} } } };
  const settings = { 'index.lifecycle.name': 'logs-app', 'index.number_of_replicas': replicas };
  const options = failureStore ? { data_stream_options: { failure_store: { enabled: true } } } : {};
  const template = { settings, mappings, ...options };
  return [
    { kind: 'ilmPolicy', name: 'logs-app', body: { policy: { _meta: { managed_by: 'lgtm-operator' }, phases } } },
    { kind: 'indexTemplate', name: 'logs-app', body: { index_patterns: ['logs-app-*'], data_stream: {}, priority: 200, template, _meta: { managed_by: 'lgtm-operator' } } },
    { kind: 'dataStream', name: 'logs-app-default', body: {} },
  ];
}

export const elasticsearchWish = (list: readonly ProductObject[] = objects()): ProductWish => ({
  id: 'elasticsearch', driver: 'elasticsearch', namespace: 'obs', url: ES,
  ca: { secret: 'logs-elasticsearch-certs', key: 'ca.crt' },
  credentials: { user: 'lgtm-operator', password: { secret: 'logs-elasticsearch-users', key: 'lgtm-operator' } },
  objects: list,
});

export const kibanaWish = (view: Record<string, unknown> = { title: 'logs-app-*', name: 'logs', timeFieldName: '@timestamp' }): ProductWish => ({
  id: 'kibana', driver: 'kibana', namespace: 'obs', url: KIBANA,
  credentials: { user: 'lgtm-operator', password: { secret: 'logs-elasticsearch-users', key: 'lgtm-operator' } },
  objects: [{ kind: 'dataView', name: 'logs-app', body: view }],
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A data plane over contracts in memory, on a clock that stands still unless turned. */
export class Bench {
  readonly clock = new FakeClock();
  readonly es = new ContractElasticsearch();
  readonly kibana = new ContractKibana();
  /** Addresses at which nobody listens. */
  readonly down = new Set<string>();
  readonly secrets = new Map<string, Record<string, string>>();
  readonly lines: string[] = [];
  /** Times that the facts were news. */
  news = 0;
  readonly plane: ProductsDataPlane;

  constructor() {
    this.secret('logs-elasticsearch-certs', { 'ca.crt': 'PEM' });
    this.secret('logs-elasticsearch-users', { 'lgtm-operator': 'secret' });
    const contracts = new Map<string, ContractElasticsearch | ContractKibana>([[ES, this.es], [KIBANA, this.kibana]]);
    const connect = inMemory((url) => (this.down.has(url) ? undefined : contracts.get(url)));
    this.plane = new ProductsDataPlane({
      clock: this.clock, log: this.#log(), jitter: () => 0, connect, secret: ({ name }) => Promise.resolve(this.secrets.get(name)),
    });
    this.plane.onChange(() => void this.news++);
  }

  secret(name: string, data: Record<string, string>): void {
    this.secrets.set(name, Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])));
  }

  facts(id = 'elasticsearch'): ProductFacts | undefined {
    return this.plane.facts(REF, id);
  }

  codes(id = 'elasticsearch'): string[] {
    return (this.facts(id)?.findings ?? []).map(({ code }) => code);
  }

  message(id = 'elasticsearch'): string {
    return this.facts(id)?.findings[0]?.message ?? '';
  }

  /** Lets so many seconds pass. */
  async pass(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
    await settle();
  }

  /** Wishes, and lets them come true. */
  async wish(...wishes: ProductWish[]): Promise<void> {
    this.plane.set(KEY, wishes);
    await this.pass(2);
  }

  async stop(): Promise<void> {
    await this.plane.close();
  }

  #log(): Log {
    const line = (fields: object, message?: string): void => void this.lines.push(JSON.stringify([fields, message]));
    return { debug: line, info: line, warn: line, error: line };
  }
}
