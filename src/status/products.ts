import { failure, type Finding, FINDING_CODES, type FindingCode, warning } from '../api/finding.ts';
import type { ObjectRef } from '../base/object.ts';
import { type ProductFacts, type ProductWish, wishHash } from '../base/product.ts';

/**
 * What a plan says of the products that it wishes for. `controllers/compose.ts` adds it to every plan whose parts have wishes, so
 * a component has nothing to do for it; it may read `stage.product(id)` for facts (`uuid`, `version`, `health`) that it renders from.
 */
export interface ProductState {
  /** Id of the wish. */
  id: string;
  /** `unknown`: nothing was asked yet. */
  state: ProductFacts['state'] | 'unknown';
  /** All objects of the wish, as it is now, are in force. */
  applied: boolean;
  /** A retention is among them. */
  retains: boolean;
}

const isCode = (code: string): code is FindingCode => Object.hasOwn(FINDING_CODES, code);

/** Findings of the data plane as those of a plan: they belong to its `observations`, for they forbid nothing. */
export const productFindings = (facts: ProductFacts | undefined): Finding[] =>
  (facts?.findings ?? []).map(({ code, severity, path, message }) =>
    (severity === 'error' ? failure : warning)(isCode(code) ? code : 'ProductObjectInvalid', path, message));

export interface ProductReport {
  states: ProductState[];
  findings: Finding[];
}

const retains = ({ objects }: ProductWish): boolean => objects.some(({ kind }) => kind === 'ilmPolicy');

/** What is known of each wish of a resource. */
export function productReport(resource: ObjectRef, wishes: readonly ProductWish[], product: (resource: ObjectRef, id: string) => ProductFacts | undefined): ProductReport {
  const known = wishes.map((wish) => ({ wish, facts: product(resource, wish.id) }));
  return {
    states: known.map(({ wish, facts }) => ({ id: wish.id, state: facts?.state ?? 'unknown', applied: facts?.applied === wishHash(wish), retains: retains(wish) })),
    findings: known.flatMap(({ facts }) => productFindings(facts)),
  };
}

/** What is still to be waited for, in a few words; undefined when nothing is. */
export function productWaits({ id, state, applied }: ProductState): string | undefined {
  switch (state) {
    case 'unknown':
      return `${id} was not asked yet`;
    case 'unreachable':
      return `${id} does not answer yet, or is not up yet`;
    case 'refused':
      return `${id} does not accept the operator`;
    case 'reachable':
      return applied ? undefined : `what ${id} shall hold is being put in place`;
  }
}
