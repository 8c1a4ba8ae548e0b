import type { estypes } from '@elastic/elasticsearch';
import { Contract, type ContractAnswer, type ContractRequest, isKnown, treeOf, type Users } from './contract.ts';
import { ElasticsearchState, nested, Refused } from './elasticsearch-state.ts';

const failed = (type: string, reason: string, status: number, more: object = {}): ContractAnswer => {
  const body: estypes.ErrorResponseBase = { error: { type, reason, root_cause: [{ type, reason, ...more }], ...more }, status };
  return { status, body };
};

const ok = (body: object): ContractAnswer => ({ status: 200, body });

const ACKNOWLEDGED: estypes.AcknowledgedResponseBase = { acknowledged: true };

type Route = readonly [method: string, path: RegExp, answer: (request: ContractRequest, name: string) => ContractAnswer];

/** Faults as Elasticsearch words them. */
export const FAULTS = {
  tooMany: { status: 429, headers: { 'retry-after': '1' }, body: failed('es_rejected_execution_exception', 'rejected execution of coordinating operation', 429).body },
  noMaster: { status: 503, body: failed('master_not_discovered_exception', 'no master discovered', 503).body },
  conflict: { status: 409, body: failed('version_conflict_engine_exception', 'the cluster state has changed', 409).body },
} as const;

/** Elasticsearch 9.5 on one node, as documented, for the endpoints that the operator calls. */
export class ContractElasticsearch extends Contract {
  state = new ElasticsearchState();
  readonly users: Users = { passwords: { 'lgtm-operator': 'secret' }, tokens: [] };
  version = '9.5.1';
  health: 'green' | 'yellow' | 'red' = 'green';
  license: { type: estypes.LicenseLicenseType; status: estypes.LicenseLicenseStatus } = { type: 'basic', status: 'active' };
  /** False: the node has not joined a cluster yet. */
  formed = true;
  readonly #routes: readonly Route[] = this.#table();

  /** Comes back as it was; without its volumes, as a new cluster. */
  restart(volumes: 'kept' | 'lost' = 'kept'): void {
    if (volumes === 'lost') this.state = new ElasticsearchState();
  }

  protected answer(request: ContractRequest): ContractAnswer {
    if (!isKnown(this.users, request.headers['authorization'])) {
      const answer = failed('security_exception', `unable to authenticate user for REST request [${request.path}]`, 401);
      return { ...answer, headers: { 'www-authenticate': 'Basic realm="security", charset="UTF-8"' } };
    }
    try {
      for (const [method, path, answer] of this.#routes) {
        const match = path.exec(request.path);
        if (method === request.method && match) return answer(request, match[1] ?? '');
      }
      return failed('illegal_argument_exception', `no handler found for uri [${request.path}] and method [${request.method}]`, 400);
    } catch (error) {
      if (error instanceof Refused) return failed(error.type, error.message, error.status);
      throw error;
    }
  }

  #table(): readonly Route[] {
    return [
      ['GET', /^\/$/, () => ok(this.#info())],
      ['GET', /^\/_cluster\/health$/, () => this.#health()],
      ['GET', /^\/_cluster\/allocation\/explain$/, () => this.#explain()],
      ['GET', /^\/_license$/, () => ok(this.#license())],
      ['GET', /^\/_ilm\/policy\/([^/]+)$/, (_, name) => this.#policy(name)],
      ['PUT', /^\/_ilm\/policy\/([^/]+)$/, ({ body }, name) => (this.state.putPolicy(name, treeOf(body)), ok(ACKNOWLEDGED))],
      ['GET', /^\/_index_template\/([^/]+)$/, (_, name) => this.#template(name)],
      ['PUT', /^\/_index_template\/([^/]+)$/, ({ body }, name) => (this.state.putTemplate(name, treeOf(body)), ok(ACKNOWLEDGED))],
      ['GET', /^\/_data_stream\/([^/]+)$/, (_, name) => this.#stream(name)],
      ['PUT', /^\/_data_stream\/([^/]+)$/, (_, name) => (this.state.putStream(name), ok(ACKNOWLEDGED))],
      ['GET', /^\/_data_stream\/([^/]+)\/_options$/, (_, name) => this.#options(name)],
      ['PUT', /^\/_data_stream\/([^/]+)\/_options$/, ({ body }, name) => this.#setOptions(name, treeOf(body))],
      ['GET', /^\/([^_/][^/]*)\/_settings$/, (request, name) => this.#settings(request, name)],
      ['PUT', /^\/([^_/][^/]*)\/_settings$/, ({ body }, name) => (this.state.putSettings(name, treeOf(body)), ok(ACKNOWLEDGED))],
      ['GET', /^\/([^_/][^/]*)\/_mapping$/, (_, name) => this.#mapping(name)],
      ['POST', /^\/([^_/][^/]*)\/_rollover$/, (request, name) => this.#rollover(request, name)],
    ];
  }

  #info(): estypes.InfoResponse {
    return {
      name: 'logs-elasticsearch-0', cluster_name: 'logs', cluster_uuid: this.formed ? this.state.uuid : '_na_', tagline: 'You Know, for Search',
      version: {
        number: this.version, build_flavor: 'default', build_type: 'docker', build_hash: '0', build_date: '2026-01-01T00:00:00.000Z', build_snapshot: false,
        lucene_version: '10.3.0', minimum_wire_compatibility_version: '8.19.0', minimum_index_compatibility_version: '8.0.0',
      },
    };
  }

  #health(): ContractAnswer {
    if (!this.formed) return FAULTS.noMaster;
    if (this.license.status === 'expired') {
      return failed('security_exception', 'current license is non-compliant for [monitoring]', 403, { 'license.expired.feature': 'monitoring' });
    }
    const unassigned = this.health === 'green' ? 0 : 1;
    const body: estypes.ClusterHealthResponse = {
      cluster_name: 'logs', status: this.health, timed_out: false, number_of_nodes: 1, number_of_data_nodes: 1, active_primary_shards: 1, active_shards: 1, relocating_shards: 0,
      initializing_shards: 0, unassigned_shards: unassigned, unassigned_primary_shards: this.health === 'red' ? 1 : 0, delayed_unassigned_shards: 0,
      number_of_pending_tasks: 0, number_of_in_flight_fetch: 0, task_max_waiting_in_queue_millis: 0, active_shards_percent_as_number: 100 - unassigned,
    };
    return ok(body);
  }

  #explain(): ContractAnswer {
    if (this.health === 'green') return failed('illegal_argument_exception', 'No shard was specified in the request which means the response should explain a randomly-chosen unassigned shard, but there are no unassigned shards in this cluster.', 400);
    const body: estypes.ClusterAllocationExplainResponse = {
      index: '.ds-logs-app-default-2026.01.01-000001', shard: 0, primary: this.health === 'red', current_state: 'unassigned', can_allocate: 'no_valid_shard_copy',
      unassigned_info: { reason: 'NODE_LEFT', at: '2026-01-01T00:00:00.000Z' },
      allocate_explanation: 'Elasticsearch can’t allocate this shard because there are no copies of its data in the cluster.',
    };
    return ok(body);
  }

  #license(): estypes.LicenseGetResponse {
    return {
      license: {
        ...this.license, uid: 'u', issue_date: '2025-01-01T00:00:00.000Z', issue_date_in_millis: 0, issued_to: 'logs', issuer: 'elasticsearch', max_nodes: 1000, start_date_in_millis: -1,
        ...(this.license.type === 'basic' ? {} : { expiry_date: '2025-12-31T00:00:00.000Z' }),
      },
    };
  }

  #policy(name: string): ContractAnswer {
    const found = this.state.policies.get(name);
    if (found === undefined) return failed('resource_not_found_exception', `Lifecycle policy not found: [${name}]`, 404);
    const { version, modified, policy } = found;
    return ok({ [name]: { version, modified_date: modified, policy: policy as unknown as estypes.IlmPolicy } } satisfies estypes.IlmGetLifecycleResponse);
  }

  #template(name: string): ContractAnswer {
    const found = this.state.templates.get(name);
    if (found === undefined) return failed('resource_not_found_exception', `index template matching [${name}] not found`, 404);
    const item = { name, index_template: found as unknown as estypes.IndicesIndexTemplate };
    return ok({ index_templates: [item] } satisfies estypes.IndicesGetIndexTemplateResponse);
  }

  #found(name: string): ReturnType<ElasticsearchState['streams']['get']> & object {
    const stream = this.state.streams.get(name);
    if (stream === undefined) throw new Refused('index_not_found_exception', `no such index [${name}]`, 404);
    return stream;
  }

  #stream(name: string): ContractAnswer {
    return ok({ data_streams: [this.state.showStream(this.#found(name))] } satisfies estypes.IndicesGetDataStreamResponse);
  }

  #options(name: string): ContractAnswer {
    const { options } = this.#found(name);
    const shown = Object.keys(options).length === 0 ? {} : { options: options as estypes.IndicesDataStreamOptions };
    return ok({ data_streams: [{ name, ...shown }] } satisfies estypes.IndicesGetDataStreamOptionsResponse);
  }

  #setOptions(name: string, options: Record<string, unknown>): ContractAnswer {
    this.#found(name).options = options;
    return ok(ACKNOWLEDGED);
  }

  #settings({ query }: ContractRequest, target: string): ContractAnswer {
    const show = query.get('flat_settings') === 'true' ? (flat: Record<string, string>) => flat : nested;
    return ok(Object.fromEntries(this.state.indicesOf(target).map(({ name, settings }) => [name, { settings: show(settings) }])));
  }

  #mapping(target: string): ContractAnswer {
    const all = this.state.indicesOf(target).map(({ name, mappings }) => [name, { mappings }] as const);
    return ok(Object.fromEntries(all) satisfies estypes.IndicesGetMappingResponse);
  }

  #rollover({ query }: ContractRequest, name: string): ContractAnswer {
    const stream = this.#found(name);
    const old = stream.indices.at(-1)?.name ?? '';
    const lazy = query.get('lazy') === 'true';
    if (lazy) stream.rolloverOnWrite = true;
    const next = lazy ? old : this.state.rollover(stream).name;
    const body: estypes.IndicesRolloverResponse = {
      acknowledged: true, shards_acknowledged: !lazy, old_index: old, new_index: next, rolled_over: !lazy, dry_run: false, conditions: {},
    };
    return ok(body);
  }
}
