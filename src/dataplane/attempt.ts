import type { ProductFinding, ProductObject } from '../base/product.ts';
import { ProductError } from './errors.ts';
import { findingOf, objectPath, type Visit } from './driver.ts';
import { Foreign } from './foreign.ts';

/** Somebody else writes at the same time: read and compare anew, so many times. */
const ROUNDS = 3;

/** Brings one object about. What only somebody can mend is returned, for the others need not wait for it; all else is thrown. */
export async function attempted(visit: Visit, object: ProductObject, ensure: () => Promise<ProductFinding | undefined>): Promise<ProductFinding | undefined> {
  for (let round = 1; ; round++) {
    try {
      return await ensure();
    } catch (error) {
      if (isConflict(error) && round < ROUNDS) continue;
      return findingFor(visit, object, error);
    }
  }
}

const isConflict = (error: unknown): boolean => error instanceof ProductError && error.trouble === 'conflict';

function findingFor({ wish }: Visit, object: ProductObject, error: unknown): ProductFinding {
  const path = objectPath(wish, object);
  const what = `${object.kind} ${object.name}`;
  if (error instanceof Foreign) return findingOf('ProductObjectForeign', path, `${error.message}, so it is left as it is in ${wish.id}: ${error.remedy}`);
  if (!(error instanceof ProductError)) throw error;
  if (error.trouble === 'invalid') return findingOf('ProductObjectInvalid', path, `${wish.id} refuses ${what}, mend the field that leads to it: ${error.message}`);
  if (error.trouble === 'forbidden') return findingOf('ProductUnauthorized', path, `${wish.id} does not let the operator write ${what}, give its user the right: ${error.message}`);
  throw error;
}
