import { Contract, type ContractAnswer, type ContractRequest, isKnown, treeOf, type Tree, type Users } from './contract.ts';

const failed = (statusCode: number, error: string, message: string): ContractAnswer => ({ status: statusCode, body: { statusCode, error, message } });

const VIEWS = '/api/data_views/data_view';
/** What a data view may be made of; anything else is refused. */
const ATTRIBUTES = ['id', 'title', 'name', 'timeFieldName', 'allowNoIndex', 'sourceFilters', 'fieldFormats', 'runtimeFieldMap', 'fieldAttrs', 'namespaces', 'type', 'version'];

/** Kibana 9.5, as documented, for the endpoints that the operator calls. */
export class ContractKibana extends Contract {
  readonly users: Users = { passwords: { 'lgtm-operator': 'secret' }, tokens: [] };
  /** Undefined: it has only just started. */
  level: 'available' | 'degraded' | 'unavailable' | 'critical' | undefined = 'available';
  version = '9.5.1';
  /** By id. */
  readonly views = new Map<string, Tree>();

  protected answer(request: ContractRequest): ContractAnswer {
    const { method, path, headers } = request;
    if (this.level === undefined) return { status: 503, body: 'Kibana server is not ready yet' };
    const known = isKnown(this.users, headers['authorization']);
    if (path === '/api/status') return this.#status(known);
    if (!known) return failed(401, 'Unauthorized', '[security_exception]: unable to authenticate user');
    if (method !== 'GET' && headers['kbn-xsrf'] === undefined) return failed(400, 'Bad Request', 'Request must contain a kbn-xsrf header.');
    if (path === VIEWS && method === 'POST') return this.#create(treeOf(request.body));
    if (path.startsWith(`${VIEWS}/`)) return this.#one(request, path.slice(VIEWS.length + 1));
    return failed(404, 'Not Found', 'Not Found');
  }

  /** Strangers are told no more than the level. */
  #status(known: boolean): ContractAnswer {
    const overall = { level: this.level, summary: 'All services and plugins are available' };
    const status = this.level === 'available' || this.level === 'degraded' ? 200 : 503;
    return { status, body: known ? { name: 'logs-kibana', uuid: 'k', version: { number: this.version }, status: { overall } } : { status: { overall: { level: this.level } } } };
  }

  #create(body: Tree): ContractAnswer {
    const view = treeOf(body['data_view']);
    const refusal = unknownIn(view) ?? (typeof view['title'] === 'string' ? undefined : 'title');
    if (refusal !== undefined) return failed(400, 'Bad Request', `[request body.data_view.${refusal}]: definition for this key is missing`);
    const id = typeof view['id'] === 'string' ? view['id'] : `generated-${this.views.size}`;
    const named = { name: view['title'], ...view };
    const twin = [...this.views].find(([, other]) => other['name'] === named.name);
    // It goes by the name, and with `override` deletes the other.
    if (twin && body['override'] !== true) return failed(400, 'Bad Request', `Duplicate data view: ${String(named.name)}`);
    if (twin) this.views.delete(twin[0]);
    if (this.views.has(id) && body['override'] !== true) return failed(409, 'Conflict', `Saved object [index-pattern/${id}] conflict`);
    this.views.set(id, { ...named, id });
    return { status: 200, body: { data_view: this.#shown(id) } };
  }

  #one({ method, body }: ContractRequest, id: string): ContractAnswer {
    const found = this.views.get(id);
    if (found === undefined) return failed(404, 'Not Found', `Saved object [index-pattern/${id}] not found`);
    if (method === 'POST') {
      const change = treeOf(treeOf(body)['data_view']);
      const unknown = 'id' in change ? 'id' : unknownIn(change);
      if (unknown !== undefined) return failed(400, 'Bad Request', `[request body.data_view.${unknown}]: definition for this key is missing`);
      this.views.set(id, { ...found, ...change });
    }
    return { status: 200, body: { data_view: this.#shown(id) } };
  }

  #shown(id: string): Tree {
    return { id, version: 'WzEsMV0=', sourceFilters: [], fields: {}, typeMeta: {}, fieldFormats: {}, runtimeFieldMap: {}, fieldAttrs: {}, allowNoIndex: false, namespaces: ['default'], ...this.views.get(id) };
  }
}

const unknownIn = (view: Tree): string | undefined => Object.keys(view).find((key) => !ATTRIBUTES.includes(key));
