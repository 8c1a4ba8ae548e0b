import { randomUUID } from 'node:crypto';
import type { estypes } from '@elastic/elasticsearch';
import { isTree, type Tree, treeOf } from './contract.ts';

/** What an Elasticsearch keeps: policies, templates, data streams and their indices. */

export interface BackingIndex {
  name: string;
  uuid: string;
  /** Flat, all strings. */
  settings: Record<string, string>;
  mappings: Tree;
  docs: Tree[];
}

export interface Stream {
  name: string;
  generation: number;
  meta: Tree | undefined;
  rolloverOnWrite: boolean;
  options: Tree;
  indices: BackingIndex[];
}

export interface Policy {
  version: number;
  modified: string;
  policy: Tree;
}

/** What comes with Elasticsearch. */
const LOGS: Tree = {
  index_patterns: ['logs-*-*'], priority: 100, composed_of: ['logs@mappings', 'logs@settings'], data_stream: { hidden: false, allow_custom_routing: false },
  template: { settings: { index: { lifecycle: { name: 'logs' } } } }, _meta: { managed: true, description: 'default logs template' },
};

const NOW = '2026-01-01T00:00:00.000Z';

export class Refused extends Error {
  override readonly name = 'Refused';
  readonly type: string;
  readonly status: number;

  constructor(type: string, reason: string, status = 400) {
    super(reason);
    this.type = type;
    this.status = status;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `{index: {a: {b: 1}}}` and `{'index.a.b': 1}` → `{'index.a.b': '1'}`. */
export function flat(settings: unknown, prefix = ''): Record<string, string> {
  return Object.fromEntries(Object.entries(treeOf(settings)).flatMap(([key, value]): [string, string][] => {
    const path = `${prefix}${key}`;
    if (isTree(value)) return Object.entries(flat(value, `${path}.`));
    return value === null ? [] : [[path, text(value)]];
  }));
}

export const indexed = (settings: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(flat(settings)).map(([key, value]) => [key.startsWith('index.') ? key : `index.${key}`, value]));

/** The other way: as a template is given back. */
export function nested(settings: Readonly<Record<string, string>>): Tree {
  const root: Tree = {};
  for (const [path, value] of Object.entries(settings)) {
    const parts = path.split('.');
    const last = parts.pop() ?? '';
    let node = root;
    for (const part of parts) node = (node[part] = treeOf(node[part]));
    node[last] = value;
  }
  return root;
}

const patternsOf = (template: Tree): string[] => [template['index_patterns']].flat().map(String);

const matches = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.split('*').map((part) => part.replaceAll(/[.\\+?^$()[\]{}|]/g, '\\$&')).join('.*')}$`).test(name);

const DYNAMIC = /^index\.(number_of_replicas|auto_expand_replicas|refresh_interval|lifecycle\.|priority|routing\.|blocks\.)/;

export class ElasticsearchState {
  uuid = randomUUID().replaceAll('-', '').slice(0, 22);
  readonly policies = new Map<string, Policy>();
  readonly templates = new Map<string, Tree>([['logs', LOGS]]);
  readonly streams = new Map<string, Stream>();

  /** Of those that match, the one of the highest priority. */
  templateOf(name: string): [string, Tree] | undefined {
    return [...this.templates]
      .filter(([, template]) => patternsOf(template).some((pattern) => matches(pattern, name)))
      .sort(([, a], [, b]) => Number(b['priority'] ?? 0) - Number(a['priority'] ?? 0))[0];
  }

  putTemplate(name: string, body: Tree): void {
    const known = ['index_patterns', 'template', 'composed_of', 'priority', 'version', '_meta', 'data_stream', 'allow_auto_create', 'ignore_missing_component_templates', 'deprecated'];
    const unknown = Object.keys(body).find((key) => !known.includes(key));
    if (unknown !== undefined) throw new Refused('x_content_parse_exception', `[1:2] [index_template] unknown field [${unknown}]`);
    if (body['index_patterns'] === undefined) throw new Refused('illegal_argument_exception', 'Required [index_patterns]');
    const priority = Number(body['priority'] ?? 0);
    const rival = [...this.templates].find(([other, template]) =>
      other !== name && Number(template['priority'] ?? 0) === priority && patternsOf(template).some((a) => patternsOf(body).some((b) => matches(a, b.replaceAll('*', 'x')))));
    if (rival) throw new Refused('illegal_argument_exception', `index template [${name}] has index patterns matching patterns from existing templates [${rival[0]}] with the same priority`);
    const template = treeOf(body['template']);
    const settings = indexed(template['settings']);
    this.templates.set(name, {
      composed_of: [],
      ...structuredClone(body),
      ...(body['data_stream'] === undefined ? {} : { data_stream: { hidden: false, allow_custom_routing: false, ...treeOf(body['data_stream']) } }),
      ...(body['template'] === undefined ? {} : { template: { ...structuredClone(template), ...(template['settings'] === undefined ? {} : { settings: nested(settings) }) } }),
    });
  }

  putPolicy(name: string, body: Tree): void {
    const policy = body['policy'];
    if (!isTree(policy)) throw new Refused('x_content_parse_exception', '[1:2] [put_lifecycle_request] required [policy]');
    const phases: Tree = {};
    for (const [phase, value] of Object.entries(treeOf(policy['phases']))) {
      if (!['hot', 'warm', 'cold', 'frozen', 'delete'].includes(phase)) throw new Refused('illegal_argument_exception', `Timeseries lifecycle does not support phase [${phase}]`);
      const actions = Object.entries(treeOf(treeOf(value)['actions'])).map(([action, options]) =>
        [action, action === 'delete' ? { delete_searchable_snapshot: true, ...treeOf(options) } : options]);
      phases[phase] = { min_age: '0ms', ...treeOf(value), actions: Object.fromEntries(actions) as Tree };
    }
    this.policies.set(name, { version: (this.policies.get(name)?.version ?? 0) + 1, modified: NOW, policy: { ...structuredClone(policy), phases } });
  }

  putStream(name: string): void {
    if (this.streams.has(name)) throw new Refused('resource_already_exists_exception', `data_stream [${name}] already exists`);
    const [, template] = this.templateOf(name) ?? [];
    if (template?.['data_stream'] === undefined) throw new Refused('illegal_argument_exception', `no matching index template found for data stream [${name}]`);
    const options = treeOf(treeOf(template['template'])['data_stream_options']);
    const meta = isTree(template['_meta']) ? structuredClone(template['_meta']) : undefined;
    const stream: Stream = { name, generation: 0, meta, rolloverOnWrite: false, options: structuredClone(options), indices: [] };
    this.streams.set(name, stream);
    this.rollover(stream);
  }

  rollover(stream: Stream): BackingIndex {
    const [, template] = this.templateOf(stream.name) ?? [];
    const { settings, mappings } = treeOf(template?.['template']);
    const given = indexed(settings);
    const uuid = randomUUID().slice(0, 22);
    stream.generation++;
    stream.rolloverOnWrite = false;
    const index: BackingIndex = {
      name: `.ds-${stream.name}-2026.01.01-${String(stream.generation).padStart(6, '0')}`,
      uuid,
      settings: { 'index.number_of_shards': '1', 'index.number_of_replicas': '1', 'index.hidden': 'true', 'index.uuid': uuid, ...given },
      mappings: structuredClone(treeOf(mappings)),
      docs: [],
    };
    stream.indices.push(index);
    return index;
  }

  /** A collector writes. Streams come into being by it, as their template says. */
  write(name: string, doc: Tree): void {
    if (!this.streams.has(name)) this.putStream(name);
    const stream = this.streams.get(name);
    if (stream === undefined) return;
    const index = stream.rolloverOnWrite ? this.rollover(stream) : stream.indices.at(-1);
    index?.docs.push(doc);
  }

  putSettings(target: string, body: Tree): void {
    const changed = Object.entries(indexed(body['settings'] ?? body));
    const fixed = changed.find(([key]) => !DYNAMIC.test(key));
    if (fixed !== undefined) throw new Refused('illegal_argument_exception', `Can't update non dynamic settings [[${fixed[0]}]] for open indices`);
    for (const index of this.indicesOf(target)) Object.assign(index.settings, Object.fromEntries(changed));
  }

  indicesOf(target: string): BackingIndex[] {
    const stream = this.streams.get(target);
    const found = stream?.indices ?? [...this.streams.values()].flatMap(({ indices }) => indices).filter(({ name }) => name === target);
    if (found.length === 0) throw new Refused('index_not_found_exception', `no such index [${target}]`, 404);
    return found;
  }

  showStream(stream: Stream): estypes.IndicesDataStream {
    const [template = '', body] = this.templateOf(stream.name) ?? [];
    const policy = indexed(treeOf(body?.['template'])['settings'])['index.lifecycle.name'];
    const indices = stream.indices.map(({ name, uuid, settings }): estypes.IndicesDataStreamIndex => {
      const own = settings['index.lifecycle.name'];
      return { index_name: name, index_uuid: uuid, managed_by: 'Index Lifecycle Management', prefer_ilm: true, ...(own === undefined ? {} : { ilm_policy: own }) };
    });
    return {
      name: stream.name, timestamp_field: { name: '@timestamp' }, indices, generation: stream.generation, status: 'GREEN', template, hidden: false, system: false,
      allow_custom_routing: false, replicated: false, rollover_on_write: stream.rolloverOnWrite, prefer_ilm: true, settings: {}, index_mode: 'standard',
      next_generation_managed_by: 'Index Lifecycle Management',
      ...(policy === undefined ? {} : { ilm_policy: policy }), ...(stream.meta === undefined ? {} : { _meta: stream.meta }),
    };
  }
}
