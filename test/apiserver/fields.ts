import type { Manifest } from '../../src/base/object.ts';

/** Every field of a rendered object, where it stands in the living one, and what else could stand there. */

type Tree = Readonly<Record<string, unknown>>;

/** A field by its names; an element of a list by its index there, and by what tells it from the others. */
type Step = string | { index: number; identity: Tree };

export interface Spot {
  /** `spec.template.spec.containers[name=loki].image`; elements without a name by their index. */
  text: string;
  /** What was rendered here. */
  value: unknown;
  steps: readonly Step[];
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What names an element among others of its list, by the name of the list. The API server merges such lists by it. */
const IDENTITIES: Readonly<Record<string, readonly string[]>> = {
  ownerReferences: ['uid'],
  containers: ['name'],
  volumes: ['name'],
  env: ['name'],
  volumeMounts: ['mountPath'],
};

function identityOf(list: string, item: unknown): Tree {
  if (!isTree(item)) return {};
  const ports = list === 'ports' && ('containerPort' in item || 'targetPort' in item);
  const names = ports ? ['containerPort' in item ? 'containerPort' : 'port', 'protocol'] : (IDENTITIES[list] ?? []);
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

const textOf = (steps: readonly Step[]): string =>
  steps.reduce<string>((text, step) => {
    if (typeof step === 'string') return text === '' ? step : `${text}.${step}`;
    const names = Object.entries(step.identity).map(([name, value]) => `${name}=${String(value)}`);
    return `${text}[${names.length > 0 ? names.join(',') : step.index}]`;
  }, '');

/** The object's own name is not one of its fields. */
const NAMES = new Set(['apiVersion', 'kind', 'metadata.name', 'metadata.namespace']);

const isEmpty = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0) || (isTree(value) && Object.keys(value).length === 0);

/** All fields that hold a value, and all elements that have a name; not what makes that name, nor empty maps and lists. */
export function spotsOf(manifest: Manifest): Spot[] {
  return [...walk(manifest, [])].filter(({ text }) => !NAMES.has(text));
}

function* walk(value: unknown, steps: readonly Step[]): Generator<Spot> {
  if (isEmpty(value)) return;
  if (Array.isArray(value)) {
    const list = steps.findLast((step) => typeof step === 'string') ?? '';
    for (const [index, item] of value.entries()) yield* element(item, [...steps, { index, identity: identityOf(String(list), item) }]);
  } else if (isTree(value)) {
    for (const [name, item] of Object.entries(value)) if (!isIdentity(steps, name)) yield* walk(item, [...steps, name]);
  } else {
    yield { text: textOf(steps), value, steps };
  }
}

function* element(item: unknown, steps: readonly Step[]): Generator<Spot> {
  const last = steps.at(-1);
  if (typeof last === 'object' && Object.keys(last.identity).length > 0) yield { text: textOf(steps), value: item, steps };
  yield* walk(item, steps);
}

function isIdentity(steps: readonly Step[], name: string): boolean {
  const last = steps.at(-1);
  return typeof last === 'object' && name in last.identity;
}

/** JSON pointer of the spot in the living object; undefined when it is not there. */
export function pointerTo(spot: Spot, live: Manifest): string | undefined {
  let at: unknown = live;
  const parts: (string | number)[] = [];
  for (const step of spot.steps) {
    const part: string | number = typeof step === 'string' ? step : indexIn(at, step);
    at = Reflect.get(Object(at) as object, part);
    if (at === undefined) return undefined;
    parts.push(part);
  }
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function indexIn(list: unknown, { index, identity }: Exclude<Step, string>): number {
  const wanted = Object.entries(identity);
  if (wanted.length === 0 || !Array.isArray(list)) return index;
  return list.findIndex((item) => isTree(item) && wanted.every(([name, value]) => item[name] === value));
}

/** Words that the API takes where it takes not just any text; two are names of volumes, for mounts. */
const WORDS = ['tmp', 'config', 'OnDelete', 'NodePort', 'LoadBalancer', 'Always', 'Unconfined', 'Directory', 'Delete', 'Exact', 'UDP', 'metadata.name', 'User', 'Egress'];

/** Other values that the API server might take in a spot, likely ones first. A named element is not changed as a whole. */
export function otherValues({ value }: Spot): unknown[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value - 1];
  if (typeof value !== 'string') return [];
  if (/^\d+%$/.test(value)) return ['37%'];
  const quantities = /^\d+(\.\d+)?[a-zA-Z]*$/.test(value) ? ['1m', '99', '1Mi', '99Gi'] : [];
  return [...quantities, `${value}-x`, 'x', ...WORDS].filter((other) => other !== value);
}
