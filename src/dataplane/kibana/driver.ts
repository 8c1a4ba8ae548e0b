import { MANAGER } from '../../base/names.ts';
import type { ProductFinding, ProductObject } from '../../base/product.ts';
import { attempted } from '../attempt.ts';
import { segment } from '../client.ts';
import { holds, isTree } from '../compare.ts';
import { type Driver, findingOf, type Identity, objectPath, type Visit } from '../driver.ts';
import { ProductError } from '../errors.ts';
import { Foreign } from '../foreign.ts';

interface Status {
  version?: { number?: string };
  status?: { overall?: { level?: string } };
}

interface DataView {
  data_view: Readonly<Record<string, unknown>>;
}

const VIEWS = '/api/data_views/data_view';
const PREFIX = 'lgtm-';

/** Kibana 9: data views. They carry no mark, so ours are known by their ids. */
export const kibana: Driver = {
  headers: { 'kbn-xsrf': MANAGER, 'elastic-api-version': '2023-10-31' },
  identify,
  ensure,
};

/** A Kibana that starts answers 503, one that is `unavailable` too; both come by themselves. */
async function identify({ client }: Visit): Promise<Identity> {
  const { version, status } = await client.ask<Status>({ path: '/api/status' });
  const level = status?.overall?.level ?? 'unknown';
  const facts = { health: level, ...(version?.number === undefined ? {} : { version: version.number }) };
  return { facts, ready: level === 'available' || level === 'degraded', findings: [] };
}

async function ensure(visit: Visit): Promise<ProductFinding[]> {
  const findings: ProductFinding[] = [];
  for (const object of visit.wish.objects) {
    const finding = await attempted(visit, object, () => ensureOne(visit, object));
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

async function ensureOne(visit: Visit, object: ProductObject): Promise<ProductFinding | undefined> {
  if (object.kind === 'dataView') await ensureDataView(visit, object);
  else return findingOf('ProductObjectInvalid', objectPath(visit.wish, object), `${object.kind} ${object.name}: Kibana has no such kind of object`);
  return undefined;
}

export const dataViewId = (name: string): string => (name.startsWith(PREFIX) ? name : `${PREFIX}${name}`);

/** Kibana refuses what it does not know, and the id stands in the path. */
function attributes(body: ProductObject['body']): Record<string, unknown> {
  const { _meta, id: _id, ...view } = isTree(body['data_view']) ? body['data_view'] : body;
  return view;
}

async function ensureDataView({ client }: Visit, object: ProductObject): Promise<void> {
  const id = dataViewId(object.name);
  const body = attributes(object.body);
  const path = `${VIEWS}/${segment(id)}`;
  const found = await client.find<DataView>(path);
  if (found !== undefined && holds(body, found.data_view)) return;
  try {
    if (found !== undefined) await client.ask({ method: 'POST', path, body: { data_view: body, refresh_fields: false } });
    // Never with `override`: Kibana would delete whatever other view has the same name.
    else await client.ask({ method: 'POST', path: VIEWS, body: { data_view: { ...body, id } } });
  } catch (error) {
    if (error instanceof ProductError && error.message.includes('Duplicate data view')) {
      throw new Foreign(`a data view named ${String(body['name'] ?? body['title'])} with another id than ${id} exists`, 'rename or delete it');
    }
    throw error;
  }
}
