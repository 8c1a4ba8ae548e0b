import type { ProductFacts, ProductFinding, ProductWish } from '../base/product.ts';
import { findingOf, type Identity } from './driver.ts';
import type { ProductError, Trouble } from './errors.ts';
import { credentialKey, Untrusted } from './trust.ts';

/** Facts before anything was asked. */
export const UNASKED: ProductFacts = { state: 'unreachable', facts: {}, findings: [] };

/** Findings about objects hold until they are looked at again; those about the product itself are of the day. */
const aboutObjects = ({ findings }: ProductFacts, wish: ProductWish): ProductFinding[] =>
  findings.filter(({ path }) => path.startsWith(`${wish.id}/`));

const without = (facts: Readonly<Record<string, string>>, gone: string): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).filter(([key]) => key !== gone));

const appliedOf = ({ applied }: ProductFacts): Pick<ProductFacts, 'applied'> => (applied === undefined ? {} : { applied });

/** It was reached. */
export const identified = (before: ProductFacts, { facts, ready, findings }: Identity, wish: ProductWish): ProductFacts => ({
  state: ready ? 'reachable' : 'unreachable',
  ...appliedOf(before),
  facts: { ...without(before.facts, 'health'), ...facts },
  findings: [...findings, ...aboutObjects(before, wish)],
});

/** All objects were looked at. */
export function ensured(found: ProductFacts, objects: readonly ProductFinding[], wish: ProductWish, hash: string): ProductFacts {
  const findings = [...found.findings.filter(({ path }) => path === wish.id), ...objects];
  const { applied: _applied, ...rest } = found;
  return { ...rest, ...(objects.length === 0 ? { applied: hash } : {}), findings };
}

function unauthorized(wish: ProductWish): ProductFinding {
  const { secret, key } = credentialKey(wish);
  const what = 'token' in wish.credentials ? 'token' : `password of ${wish.credentials.user}`;
  const message =
    `${wish.id} at ${wish.url} does not accept the ${what} in Secret ${wish.namespace}/${secret} (key ${key}): ` +
    `put back the one that it knows, or delete the Secret to have a generated one made anew`;
  return findingOf('ProductUnauthorized', wish.id, message);
}

function distrusted(wish: ProductWish, words: string): ProductFinding {
  const { ca } = wish;
  const trusted = ca === undefined ? 'sign it by a public CA' : `let it be signed by the CA in Secret ${wish.namespace}/${ca.secret} (key ${ca.key})`;
  return findingOf('ProductCertificate', wish.id, `the certificate of ${wish.id} at ${wish.url} cannot be trusted, renew it or ${trusted}: ${words}`);
}

const refused = (wish: ProductWish, words: string): ProductFinding =>
  findingOf('ProductUnauthorized', wish.id, `${wish.id} at ${wish.url} knows the operator's user but lets it do nothing, give it the right: ${words}`);

const expired = (wish: ProductWish, words: string): ProductFinding =>
  findingOf('ProductLicenseExpired', wish.id, `the license of ${wish.id} has expired, install a new one: ${words}`);

/** What somebody has to mend; the others pass. */
const FINDINGS: Readonly<Partial<Record<Trouble, (wish: ProductWish, words: string) => ProductFinding>>> = {
  unauthorized, forbidden: refused, license: expired, certificate: distrusted,
};

/** What trying again mends, when pods come up or load goes down. */
export const isPassing = (trouble: Trouble): boolean => FINDINGS[trouble] === undefined;

/** It could not be asked, or its Secrets could not be read. */
export function failed(before: ProductFacts, error: ProductError | Untrusted, wish: ProductWish): ProductFacts {
  const rest = { ...appliedOf(before), facts: without(before.facts, 'health') };
  const findings = aboutObjects(before, wish);
  if (error instanceof Untrusted) return { state: 'unreachable', ...rest, findings: [error.finding, ...findings] };
  const make = FINDINGS[error.trouble];
  const state = make !== undefined && error.trouble !== 'certificate' ? 'refused' : 'unreachable';
  return { state, ...rest, findings: make === undefined ? findings : [make(wish, error.message), ...findings] };
}
