import { CERTIFICATE_KEYS, type GeneratedSecret, generatedKeys, type KeyRecipe } from '../base/generated.ts';
import { hashValue } from '../base/hash.ts';
import { ANNOTATION } from '../base/names.ts';
import { type Changes, renewal, type Renewal } from './certificates.ts';
import { serviceToken, serviceTokensFile, usersFile } from './elasticsearch.ts';
import { kafkaUuid, randomText } from './random.ts';

/** A Secret as it lives. */
export interface Living {
  /** base64 */
  data: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

/** What makes a Secret whole; null takes away. Both are empty when it is. */
export interface Completion {
  /** base64 */
  data: Changes;
  annotations: Changes;
  /** What is worth a line in the log; holds no value. */
  steps: readonly string[];
  /** When to look again, in ms since the epoch. */
  due: number;
}

/** Why only a person can mend a Secret: the end of `Secret x …`. */
export interface Broken {
  broken: string;
}

type Derived = Extract<KeyRecipe, { make: 'elasticsearch-users' | 'elasticsearch-service-tokens' }>;
type Original = Exclude<KeyRecipe, Derived>;
type Values = Readonly<Record<string, string>>;

/**
 * What has to be written so that a Secret holds what is wanted of it. What was made once is not made a second time: a key that the
 * annotation lists and that is gone was lost, and others may depend on its value. A key that it does not list is new, and added.
 */
export async function completion(secret: GeneratedSecret, living: Living | undefined, now: number): Promise<Completion | Broken> {
  const before = decoded(living?.data ?? {});
  const lost = lostKeys(secret, before, living);
  if (lost.length > 0) return { broken: `lacks ${lost.join(', ')}, which the operator does not make a second time` };
  const rotate = secret.certificate !== undefined && living?.annotations[ANNOTATION.rotate] !== undefined;
  const renewed = await certificates(secret, before, { now, rotate });
  if ('broken' in renewed) return renewed;
  const added = originals(secret, before);
  const derived = await following(secret, { ...before, ...added }, living);
  if ('broken' in derived) return derived;
  return {
    data: encoded({ ...added, ...renewed.changes, ...derived.changes }),
    annotations: { ...listing(secret, living), ...derived.marks, ...(rotate ? { [ANNOTATION.rotate]: null } : {}) },
    steps: [...renewed.steps, ...[...Object.keys(added), ...Object.keys(derived.changes)].map((key) => `${key} was made`)],
    due: renewed.due,
  };
}

const decoded = (data: Values): Values =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));

const encoded = (values: Changes): Changes =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value === null ? null : Buffer.from(value).toString('base64')]));

function lostKeys(secret: GeneratedSecret, before: Values, living: Living | undefined): string[] {
  if (living === undefined) return [];
  const listed = listedKeys(living);
  return originalKeys(secret).filter((key) => !before[key] && (listed === undefined || listed.includes(key)));
}

/** Keys whose value cannot be had again once it is lost. */
const originalKeys = ({ keys, certificate }: GeneratedSecret): string[] => [
  ...Object.keys(keys).filter((key) => !isDerived(keys[key])),
  ...(certificate === undefined ? [] : [CERTIFICATE_KEYS.bundle, CERTIFICATE_KEYS.authorityKey]),
];

const isDerived = (recipe: KeyRecipe | undefined): recipe is Derived =>
  typeof recipe === 'object' && (recipe.make === 'elasticsearch-users' || recipe.make === 'elasticsearch-service-tokens');

/** Undefined when somebody took the list away: then nothing shows what is new, and nothing is. */
const listedKeys = ({ annotations }: Living): string[] | undefined => annotations[ANNOTATION.generated]?.split(',').filter(Boolean);

/** The list of keys, where it has to become longer. */
function listing(secret: GeneratedSecret, living: Living | undefined): Changes {
  const listed = living === undefined ? [] : listedKeys(living);
  const missing = generatedKeys(secret).filter((key) => listed !== undefined && !listed.includes(key));
  return missing.length === 0 ? {} : { [ANNOTATION.generated]: [...(listed ?? []), ...missing].join(',') };
}

async function certificates({ certificate }: GeneratedSecret, before: Values, moment: { now: number; rotate: boolean }): Promise<Renewal | Broken> {
  return certificate === undefined ? { changes: {}, steps: [], due: Infinity } : renewal(certificate, before, moment);
}

function originals({ keys }: GeneratedSecret, before: Values): Values {
  const missing = Object.entries(keys).filter((entry): entry is [string, Original] => !isDerived(entry[1]) && !before[entry[0]]);
  return Object.fromEntries(missing.map(([key, recipe]) => [key, original(recipe)]));
}

function original(recipe: Original): string {
  if (typeof recipe === 'number') return randomText(recipe);
  switch (recipe.make) {
    case 'uuid':
      return kafkaUuid();
    case 'once':
      return recipe.value;
    case 'elasticsearch-service-token':
      return serviceToken(recipe.account);
  }
}

interface Followed {
  changes: Changes;
  /** The annotation, where it differs. */
  marks: Changes;
}

/** Values that follow from others. Their salts are new each time, so they are made again only when what they follow from has changed. */
async function following({ keys }: GeneratedSecret, values: Values, living: Living | undefined): Promise<Followed | Broken> {
  const before = living?.annotations[ANNOTATION.derived] ?? '';
  const marks = new Map(before.split(',').filter(Boolean).map((mark) => mark.split('=') as [string, string]));
  const changes: Changes = {};
  for (const [key, recipe] of Object.entries(keys)) {
    if (!isDerived(recipe)) continue;
    const inputs = inputsOf(recipe, values);
    if (marks.get(key) === markOf(inputs, values[key])) continue;
    const output = await derived(recipe, inputs);
    if (output === undefined) return { broken: `holds a token that is not one of ${Object.keys(inputs).join(', ')}` };
    changes[key] = output;
    marks.set(key, markOf(inputs, output));
  }
  const after = [...marks].map((mark) => mark.join('=')).join(',');
  return { changes, marks: after === before ? {} : { [ANNOTATION.derived]: after } };
}

const derived = (recipe: Derived, inputs: Values): Promise<string | undefined> =>
  recipe.make === 'elasticsearch-users' ? usersFile(inputs) : serviceTokensFile(inputs);

/** Name → password or token. */
function inputsOf(recipe: Derived, values: Values): Record<string, string> {
  const sources = recipe.make === 'elasticsearch-users' ? recipe.passwords : recipe.tokens;
  return Object.fromEntries(
    Object.entries(sources).map(([name, key]) => {
      const value = values[key];
      if (!value) throw new Error(`${recipe.make} wants the key ${key}, which has no recipe`);
      return [name, value];
    }),
  );
}

/** The salts in `output` keep it from telling anything of the passwords. */
const markOf = (inputs: Values, output = ''): string => hashValue({ inputs, output });
