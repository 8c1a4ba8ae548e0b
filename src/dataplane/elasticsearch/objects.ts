import { hashValue } from '../../base/hash.ts';
import { MANAGER } from '../../base/names.ts';
import type { ProductObject } from '../../base/product.ts';
import { segment } from '../client.ts';
import { flatSettings, holds, isTree, treeAt } from '../compare.ts';
import { ProductError } from '../errors.ts';
import type { Visit } from '../driver.ts';
import { Foreign } from '../foreign.ts';

type Body = Readonly<Record<string, unknown>>;

/** One kind of object that is read and written as a whole under its name. */
interface Kind {
  /** As messages call it. */
  title: string;
  path(name: string): string;
  /** The object in the answer to a GET, in the shape of what is written; undefined when it is not among them. */
  found(answer: unknown, name: string): Body | undefined;
  meta(body: Body): Body;
  stamped(body: Body, stamp: Body): Body;
  /** Whether what is wanted is in force. */
  same(wanted: Body, live: Body): boolean;
}

const ilmPolicy: Kind = {
  title: 'ILM policy',
  path: (name) => `/_ilm/policy/${segment(name)}`,
  found: (answer, name) => {
    const policy = treeAt(answer, name)['policy'];
    return isTree(policy) ? { policy } : undefined;
  },
  meta: (body) => treeAt(body, 'policy', '_meta'),
  stamped: (body, stamp) => ({ ...body, policy: { ...treeAt(body, 'policy'), _meta: { ...treeAt(body, 'policy', '_meta'), ...stamp } } }),
  same: (wanted, live) => holds(treeAt(wanted, 'policy', 'phases'), treeAt(live, 'policy', 'phases')),
};

/** What decides how documents are stored: backing indices made under other words than these are rolled over. */
export const mappingsHash = (template: Body): string =>
  hashValue({ mappings: treeAt(template, 'template', 'mappings'), composedOf: template['composed_of'] ?? [] });

function withoutSettings(body: Body): Body {
  const { settings: _settings, ...template } = treeAt(body, 'template');
  const { _meta, ...rest } = body;
  return { ...rest, template };
}

const indexTemplate: Kind = {
  title: 'index template',
  path: (name) => `/_index_template/${segment(name)}`,
  found: (answer, name) => {
    const list = treeAt({ answer }, 'answer')['index_templates'];
    const item: unknown = Array.isArray(list) ? list.find((entry) => isTree(entry) && entry['name'] === name) : undefined;
    const body = treeAt({ item }, 'item')['index_template'];
    return isTree(body) ? body : undefined;
  },
  meta: (body) => treeAt(body, '_meta'),
  stamped: (body, stamp) => {
    const mappings = treeAt(body, 'template', 'mappings');
    // Every index made from the template carries this, which tells by which mappings it was made.
    const mark = { ...treeAt(mappings, '_meta'), managed_by: MANAGER, hash: mappingsHash(body) };
    return { ...body, template: { ...treeAt(body, 'template'), mappings: { ...mappings, _meta: mark } }, _meta: { ...treeAt(body, '_meta'), ...stamp } };
  },
  same: (wanted, live) =>
    holds(withoutSettings(wanted), withoutSettings(live)) &&
    holds(flatSettings(treeAt(wanted, 'template', 'settings')), flatSettings(treeAt(live, 'template', 'settings'))),
};

export const KINDS: Readonly<Record<string, Kind>> = { ilmPolicy, indexTemplate };

export const isOurs = (meta: Body): boolean => meta['managed_by'] === MANAGER;

const owner = (meta: Body): string => (typeof meta['managed_by'] === 'string' ? `is managed by ${meta['managed_by']}` : `has no _meta.managed_by`);

const foreign = (kind: Kind, name: string, live: Body): Foreign =>
  new Foreign(`${kind.title} ${name} ${owner(kind.meta(live))}`, `delete it, or hand it over by setting its _meta.managed_by to ${MANAGER}`);

const read = async ({ client }: Visit, kind: Kind, name: string): Promise<Body | undefined> => kind.found(await client.find(kind.path(name)), name);

/** The hash that we put on it tells what else has left our words; what they are now is compared field by field. */
const isMarked = (kind: Kind, wanted: Body, live: Body): boolean => isOurs(kind.meta(live)) && kind.meta(live)['hash'] === kind.meta(wanted)['hash'];

/** Writes, and reads what has become of it: only what is seen counts. */
async function write(visit: Visit, kind: Kind, { kind: type, name }: ProductObject, wanted: Body): Promise<void> {
  await visit.client.ask({ method: 'PUT', path: kind.path(name), body: wanted });
  const after = await read(visit, kind, name);
  if (after === undefined || !isMarked(kind, wanted, after)) {
    throw new ProductError({ trouble: 'conflict', message: `${kind.title} ${name} was changed by somebody else at the same time` });
  }
  // It may keep our words in others of its own: those count as ours, until somebody changes them.
  if (kind.same(wanted, after)) visit.memory.accepted.delete(`${type}/${name}`);
  else visit.memory.accepted.set(`${type}/${name}`, hashValue(after));
}

/** Reads, compares, and writes where it differs. */
export async function ensureObject(visit: Visit, kind: Kind, object: ProductObject): Promise<void> {
  const { kind: type, name, body } = object;
  const wanted = kind.stamped(body, { managed_by: MANAGER, hash: hashValue(body) });
  const live = await read(visit, kind, name);
  if (live === undefined) return write(visit, kind, object, wanted);
  if (!isOurs(kind.meta(live))) throw foreign(kind, name, live);
  const accepted = (): boolean => visit.memory.accepted.get(`${type}/${name}`) === hashValue(live);
  if (!isMarked(kind, wanted, live) || !(kind.same(wanted, live) || accepted())) await write(visit, kind, object, wanted);
}

/** Elasticsearch's patterns know only `*`. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

/** The index template among the objects that is meant for a data stream. */
export function templateFor(stream: string, objects: readonly ProductObject[]): ProductObject | undefined {
  const covers = ({ kind, body }: ProductObject): boolean => {
    const patterns = body['index_patterns'];
    const list: unknown[] = Array.isArray(patterns) ? patterns : [patterns];
    return kind === 'indexTemplate' && list.some((pattern) => typeof pattern === 'string' && matches(pattern, stream));
  };
  return objects.find(covers);
}

