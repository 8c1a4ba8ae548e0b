/** Pure: is what we rendered contained in what lives? */

export interface Difference {
  /** `spec.template.spec.containers[name=loki].image` */
  path: string;
  rendered: unknown;
  live: unknown;
}

type Fields = Readonly<Record<string, unknown>>;
type KeyOf = (element: Fields) => string | undefined;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A leaf that a key is made of; anything else makes no key, and the list is then compared as an atomic one. */
const scalar = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

const by =
  (...fields: string[]): KeyOf =>
  (element) => {
    const values = fields.map((field) => scalar(element[field]));
    return values.includes(undefined) ? undefined : fields.map((field, i) => `${field}=${values[i]}`).join(',');
  };

/** The protocol is part of the key, and the API server fills it in where it is absent. */
const byPort =
  (field: string): KeyOf =>
  (element) =>
    by(field, 'protocol')({ ...element, protocol: element['protocol'] ?? 'TCP' });

const byClaimName: KeyOf = (element) => (isFields(element['metadata']) ? by('name')(element['metadata']) : undefined);

const CONTAINER = String.raw`(?:containers|initContainers)\[\]\.`;
const POD = String.raw`(?:^|\.)spec\.`;

/** Lists that the API server merges by a key, by the end of their path; all others are atomic. */
const KEYED: readonly (readonly [RegExp, KeyOf])[] = [
  [/^metadata\.ownerReferences$/, by('uid')],
  [/^(?:imagePullSecrets|secrets)$/, by('name')],
  [/^spec\.ports$/, byPort('port')],
  [/^spec\.volumeClaimTemplates$/, byClaimName],
  [new RegExp(`${POD}(?:containers|initContainers|volumes|imagePullSecrets)$`), by('name')],
  [new RegExp(`${POD}topologySpreadConstraints$`), by('topologyKey', 'whenUnsatisfiable')],
  [new RegExp(`${POD}hostAliases$`), by('ip')],
  [new RegExp(`${CONTAINER}env$`), by('name')],
  [new RegExp(`${CONTAINER}volumeMounts$`), by('mountPath')],
  [new RegExp(`${CONTAINER}volumeDevices$`), by('devicePath')],
  [new RegExp(`${CONTAINER}ports$`), byPort('containerPort')],
];

const keyOfList = (shape: string): KeyOf | undefined => KEYED.find(([pattern]) => pattern.test(shape))?.[1];

/** Where a comparison stands: `path` for people, `shape` (without keys and indices) to find the merge key. */
interface Place {
  path: string;
  shape: string;
}

const ROOT: Place = { path: '', shape: '' };

const field = (at: Place, name: string): Place => ({
  path: at.path === '' ? name : `${at.path}.${name}`,
  shape: at.shape === '' ? name : `${at.shape}.${name}`,
});

const element = (at: Place, key: string): Place => ({ path: `${at.path}[${key}]`, shape: `${at.shape}[]` });

const isEmpty = (value: unknown): boolean => {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isFields(value) && Object.values(value).every(isEmpty);
};

/**
 * Everything that was rendered and is not so in the living object, in the order of rendering. What the living object
 * has beyond that does not matter, except in atomic lists. An empty string, list or map equals an absent one.
 */
export function* differences(rendered: unknown, live: unknown): Generator<Difference> {
  yield* compare(rendered, live, ROOT);
}

/** The first difference, or undefined when `rendered` is contained in `live`. */
export function firstDifference(rendered: unknown, live: unknown): Difference | undefined {
  for (const difference of differences(rendered, live)) return difference;
  return undefined;
}

function* compare(rendered: unknown, live: unknown, at: Place): Generator<Difference> {
  if (rendered === live || (isEmpty(rendered) && isEmpty(live))) return;
  if (Array.isArray(rendered) && Array.isArray(live)) yield* compareLists(rendered, live, at);
  else if (isFields(rendered) && (isFields(live) || live === undefined)) yield* compareFields(rendered, live ?? {}, at);
  else yield { path: at.path, rendered, live };
}

function* compareFields(rendered: Fields, live: Fields, at: Place): Generator<Difference> {
  for (const [name, value] of Object.entries(rendered)) yield* compare(value, live[name], field(at, name));
}

function* compareLists(rendered: readonly unknown[], live: readonly unknown[], at: Place): Generator<Difference> {
  const keyOf = keyOfList(at.shape);
  const keyed = keyOf && indexed(rendered, keyOf);
  if (keyOf && keyed) yield* compareKeyed(keyed, indexed(live, keyOf) ?? new Map<string, Fields>(), at);
  else if (rendered.length !== live.length) yield { path: at.path, rendered, live };
  else for (const [i, item] of rendered.entries()) yield* compare(item, live[i], element(at, String(i)));
}

function* compareKeyed(rendered: ReadonlyMap<string, Fields>, live: ReadonlyMap<string, Fields>, at: Place): Generator<Difference> {
  for (const [key, item] of rendered) {
    const other = live.get(key);
    const place = element(at, key);
    if (other === undefined) yield { path: place.path, rendered: item, live: undefined };
    else yield* compare(item, other, place);
  }
}

/** Undefined when an element has no key, or two have the same. */
function indexed(list: readonly unknown[], keyOf: KeyOf): Map<string, Fields> | undefined {
  const index = new Map<string, Fields>();
  for (const item of list) {
    const key = isFields(item) ? keyOf(item) : undefined;
    if (key === undefined || !isFields(item) || index.has(key)) return undefined;
    index.set(key, item);
  }
  return index;
}
