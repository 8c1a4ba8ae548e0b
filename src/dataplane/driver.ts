import type { ProductFinding, ProductObject, ProductWish } from '../base/product.ts';
import type { Client } from './client.ts';

/** What was learnt on earlier visits of the same product; a driver may write into it. */
export class Recollection {
  /** Object → hash of what the product made of our words, where that differs from them: no reason to write them again. */
  readonly accepted = new Map<string, string>();
  /** Why it is not well, for as long as it lasts: asked once. */
  explanation: string | undefined;
  /** Its license has expired: looked at on every visit, until there is another. */
  expired = false;
}

/** One visit of a product. */
export interface Visit {
  client: Client;
  wish: ProductWish;
  memory: Recollection;
  /** False: only how it is. */
  full: boolean;
}

/** What a product says of itself. */
export interface Identity {
  facts: Readonly<Record<string, string>>;
  /** False while it is not up far enough to be given anything; no error. */
  ready: boolean;
  findings: readonly ProductFinding[];
}

/** How to speak to one product. Both reject with ProductError. */
export interface Driver {
  /** Headers of every request, beside the credentials. */
  headers: Readonly<Record<string, string>>;
  identify(visit: Visit): Promise<Identity>;
  /** Puts the objects of the wish in force; returns what keeps some of them from it. Done twice, the second time changes nothing. */
  ensure(visit: Visit): Promise<ProductFinding[]>;
}

export const objectPath = (wish: ProductWish, { kind, name }: Pick<ProductObject, 'kind' | 'name'>): string => `${wish.id}/${kind}/${name}`;

export const findingOf = (code: string, path: string, message: string): ProductFinding => ({ code, severity: 'error', path, message });
