import { createPrivateKey, generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { CERTIFICATE_KEYS, type CertificateRecipe } from '../base/generated.ts';
import { authorityCertificate, certificatesIn, isIssuedBy, issuerOf, leafCertificate, validity } from './x509.ts';

/**
 * An authority, its leaf, and the way from one authority to the next. Where it stands is read off the certificates alone, so that
 * nothing else need be remembered: whoever holds the Secret and a clock knows the next step.
 */

const DAY_MS = 86_400_000;
/** Peers get a new file within minutes; what reads it at its start only is restarted meanwhile. */
export const SETTLE_MS = DAY_MS;
/** The last third of an authority's life is as long as a leaf's life, so that a leaf is never cut short. */
export const AUTHORITY_MS = 3 * 365 * DAY_MS;
export const LEAF_MS = 365 * DAY_MS;
/** Certificates begin this much before they were made, for peers whose clock is behind. */
const SKEW_MS = 5 * 60_000;
const RSA_BITS = 2048;
/** X.520's upper bound, in characters. */
const COMMON_NAME_MAX = 64;

export type Values = Readonly<Record<string, string | undefined>>;

/** What to write; null takes a key away. */
export type Changes = Record<string, string | null>;

export interface Moment {
  /** ms since the epoch. */
  now: number;
  /** Somebody wants another authority. */
  rotate?: boolean;
}

export interface Renewal {
  changes: Changes;
  /** One short sentence for each thing that was done. */
  steps: string[];
  /** When to look again, in ms since the epoch. */
  due: number;
}

interface Identity {
  certificate: X509Certificate;
  key: KeyObject;
}

interface State {
  /** Signs. */
  authority: Identity;
  /** Trusted already, but does not sign yet. */
  next?: Identity | undefined;
  /** Still trusted. */
  old: readonly X509Certificate[];
  leaf?: Identity | undefined;
}

const generateKey = promisify(generateKeyPair);

/** RSA, because some of what reads these keys is JRuby, and takes nothing else reliably. */
const newKey = async (): Promise<KeyObject> => (await generateKey('rsa', { modulusLength: RSA_BITS })).privateKey;

/** What has to be done now with the values of a Secret; `broken` says why it cannot be done. */
export async function renewal(recipe: CertificateRecipe, values: Values, moment: Moment): Promise<Renewal | { broken: string }> {
  const held = read(values);
  if (typeof held === 'string') return { broken: held };
  const steps: string[] = [];
  const begun = held ?? { authority: await found(recipe, moment.now), old: [] };
  if (held === undefined) steps.push('a certificate authority was made');
  const state = await issued(recipe, await moved(recipe, begun, moment, steps), moment.now, steps);
  if (state.leaf === undefined) return { broken: `${CERTIFICATE_KEYS.bundle} holds a certificate that cannot sign` };
  const settled = dropped(state, moment.now, steps);
  return { changes: changed(values, settled), steps, due: dueOf(settled) };
}

/** Undefined when there is nothing yet. Of the leaf only what is in order: it can be made again. */
function read(values: Values): State | string | undefined {
  const { bundle, authorityKey, nextKey, certificate, key } = CERTIFICATE_KEYS;
  if (!values[bundle] && !values[authorityKey]) return undefined;
  const trusted = readable(values[bundle]);
  if (trusted.length === 0) return `${bundle} holds no certificate that can be read`;
  const authority = pair(trusted, values[authorityKey]);
  if (authority === undefined) return `${authorityKey} is not the key of a certificate under ${bundle}`;
  const others = trusted.filter((one) => one !== authority.certificate);
  const next = pair(others, values[nextKey]);
  return { authority, next, old: others.filter((one) => one !== next?.certificate), leaf: pair(readable(values[certificate]), values[key]) };
}

const readable = (pem: string | undefined): readonly X509Certificate[] => certificatesIn(pem ?? '') ?? [];

function pair(certificates: readonly X509Certificate[], pem: string | undefined): Identity | undefined {
  if (!pem) return undefined;
  try {
    const key = createPrivateKey(pem);
    const certificate = certificates.find((one) => one.checkPrivateKey(key));
    return certificate === undefined ? undefined : { certificate, key };
  } catch {
    return undefined;
  }
}

/** A name of its own for each, so that no verifier has to choose between two of the same name. */
async function found({ commonName }: CertificateRecipe, now: number): Promise<Identity> {
  const suffix = ` CA ${randomBytes(4).toString('hex')}`;
  const key = await newKey();
  const name = `${commonName.slice(0, COMMON_NAME_MAX - suffix.length)}${suffix}`;
  return { key, certificate: new X509Certificate(authorityCertificate(name, key, { from: now - SKEW_MS, to: now - SKEW_MS + AUTHORITY_MS })) };
}

/** Towards the next authority: first it is trusted, and only after a while it signs. */
async function moved(recipe: CertificateRecipe, state: State, { now, rotate = false }: Moment, steps: string[]): Promise<State> {
  let { authority, next, old } = state;
  if (next === undefined && (rotate || now >= authorityRenewal(authority))) {
    next = await found(recipe, now);
    steps.push('the next certificate authority is trusted from now on');
  }
  if (next !== undefined && now >= switchOf(authority, next)) {
    old = [authority.certificate, ...old];
    authority = next;
    next = undefined;
    steps.push('the next certificate authority signs from now on');
  }
  return { ...state, authority, next, old };
}

async function issued(recipe: CertificateRecipe, state: State, now: number, steps: string[]): Promise<State> {
  const { authority, leaf } = state;
  if (leaf !== undefined && fits(recipe, leaf, authority) && now < leafRenewal(leaf, state)) return state;
  const fresh = await issue(recipe, authority, now);
  if (!isIssuedBy(fresh.certificate, authority.certificate)) return { ...state, leaf: undefined };
  steps.push('a certificate was issued');
  return { ...state, leaf: fresh };
}

async function issue({ commonName, names }: CertificateRecipe, { certificate, key }: Identity, now: number): Promise<Identity> {
  const own = await generateKey('rsa', { modulusLength: RSA_BITS });
  const from = now - SKEW_MS;
  const options = { from, to: Math.min(from + LEAF_MS, validity(certificate).to), names, use: ['serverAuth', 'clientAuth'] as const };
  const pem = leafCertificate({ commonName: commonName.slice(0, COMMON_NAME_MAX), publicKey: own.publicKey }, options, issuerOf(certificate, key));
  return { certificate: new X509Certificate(pem), key: own.privateKey };
}

const fits = (recipe: CertificateRecipe, leaf: Identity, authority: Identity): boolean =>
  isIssuedBy(leaf.certificate, authority.certificate) && identityOf(leaf.certificate) === wantedIdentity(recipe);

const wantedIdentity = ({ commonName, names }: CertificateRecipe): string =>
  [`CN=${commonName.slice(0, COMMON_NAME_MAX)}`, ...[...new Set(names)].sort()].join(', ');

/** Names hold no comma: they are DNS names and addresses. */
const identityOf = ({ subject, subjectAltName = '' }: X509Certificate): string =>
  [subject, ...subjectAltName.split(', ').filter(Boolean).map((name) => name.replace(/^(DNS|IP Address):/, '')).sort()].join(', ');

/** Trust in what went before ends when no peer can still show its leaf. */
function dropped(state: State, now: number, steps: string[]): State {
  if (state.old.length === 0 || now < dropOf(state)) return state;
  steps.push('the former certificate authority is no longer trusted');
  return { ...state, old: [] };
}

/** When it was made. */
const madeAt = ({ certificate }: Identity): number => validity(certificate).from + SKEW_MS;

/** After two thirds of its life: two failures to renew in time leave a third of it to be noticed in. */
function renewalOf({ certificate }: Identity): number {
  const { from, to } = validity(certificate);
  return from + (2 / 3) * (to - from);
}

const switchOf = (authority: Identity, next: Identity): number => Math.min(madeAt(next) + SETTLE_MS, validity(authority.certificate).to);

/** A leaf that falls due at the same time shall come from the next one at once. */
const authorityRenewal = (authority: Identity): number => renewalOf(authority) - 2 * SETTLE_MS;

/** One that ends with its authority cannot be made to last longer, and one that the next will issue anew within a day need not be. */
function leafRenewal(leaf: Identity, { authority, next }: State): number {
  const { to } = validity(leaf.certificate);
  return next === undefined && to < validity(authority.certificate).to ? renewalOf(leaf) : to;
}

const dropOf = ({ leaf }: State): number => (leaf === undefined ? Infinity : madeAt(leaf) + SETTLE_MS);

function dueOf(state: State): number {
  const { authority, next, old, leaf } = state;
  return Math.min(
    next === undefined ? authorityRenewal(authority) : switchOf(authority, next),
    old.length > 0 ? dropOf(state) : Infinity,
    leaf === undefined ? Infinity : leafRenewal(leaf, state),
  );
}

/** The keys whose value is another one now. What is only written differently stays. */
function changed(values: Values, { authority, next, old, leaf }: State): Changes {
  const trusted = [authority.certificate, ...(next === undefined ? [] : [next.certificate]), ...old];
  const bundle = trusted.map(pemOf).join('');
  const before = readable(values[CERTIFICATE_KEYS.bundle]).map(pemOf);
  const wanted: Changes = {
    [CERTIFICATE_KEYS.bundle]: sameSet(before, trusted.map(pemOf)) ? (values[CERTIFICATE_KEYS.bundle] ?? bundle) : bundle,
    [CERTIFICATE_KEYS.authorityKey]: keyPem(authority, values[CERTIFICATE_KEYS.authorityKey]),
    [CERTIFICATE_KEYS.nextKey]: next === undefined ? null : keyPem(next, values[CERTIFICATE_KEYS.nextKey]),
    [CERTIFICATE_KEYS.certificate]: leaf === undefined ? null : certificatePem(leaf, values[CERTIFICATE_KEYS.certificate]),
    [CERTIFICATE_KEYS.key]: leaf === undefined ? null : keyPem(leaf, values[CERTIFICATE_KEYS.key]),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => (values[key] ?? null) !== value));
}

const pemOf = (certificate: X509Certificate): string => certificate.toString();

const sameSet = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((one) => b.includes(one));

function keyPem({ certificate, key }: Identity, before: string | undefined): string {
  return pair([certificate], before) === undefined ? key.export({ type: 'pkcs8', format: 'pem' }).toString() : (before ?? '');
}

function certificatePem({ certificate }: Identity, before: string | undefined): string {
  const [first] = readable(before);
  return first !== undefined && pemOf(first) === pemOf(certificate) ? (before ?? '') : pemOf(certificate);
}
