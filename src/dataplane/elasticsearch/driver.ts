import type { ProductFinding, ProductObject } from '../../base/product.ts';
import { type Driver, findingOf, objectPath, type Visit } from '../driver.ts';
import { attempted } from '../attempt.ts';
import { ensureDataStream } from './datastream.ts';
import { identify } from './identify.ts';
import { ensureObject, KINDS, templateFor } from './objects.ts';

/** Elasticsearch 9: ILM policies, index templates, data streams. */
export const elasticsearch: Driver = { headers: {}, identify, ensure };

async function ensure(visit: Visit): Promise<ProductFinding[]> {
  const { wish } = visit;
  const findings: ProductFinding[] = [];
  const open = new Set<ProductObject>();
  for (const object of wish.objects) {
    const template = object.kind === 'dataStream' ? templateFor(object.name, wish.objects) : undefined;
    // A stream made from another template than ours would have another retention.
    if (template !== undefined && open.has(template)) continue;
    const finding = await attempted(visit, object, () => ensureOne(visit, object, template));
    if (finding === undefined) continue;
    findings.push(finding);
    open.add(object);
  }
  return findings;
}

async function ensureOne(visit: Visit, object: ProductObject, template: ProductObject | undefined): Promise<ProductFinding | undefined> {
  const kind = KINDS[object.kind];
  if (kind !== undefined) await ensureObject(visit, kind, object);
  else if (object.kind === 'dataStream') await ensureDataStream(visit, object, template);
  else return findingOf('ProductObjectInvalid', objectPath(visit.wish, object), `${object.kind} ${object.name}: Elasticsearch has no such kind of object`);
  return undefined;
}
