/** Products give back what they were told in their own words: strings for numbers, defaults beside it, other nesting. */

type Tree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

export const treeAt = (value: unknown, ...path: readonly string[]): Tree => {
  const found = path.reduce<unknown>((inner, key) => (isTree(inner) ? inner[key] : undefined), value);
  return isTree(found) ? found : {};
};

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const scalar = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Whether all that is wanted is there; numbers and booleans may have become strings. What is there beside it does not count. */
export function holds(wanted: unknown, live: unknown): boolean {
  if (isAbsent(wanted) || isAbsent(live)) return isAbsent(wanted) && isAbsent(live);
  if (Array.isArray(wanted)) return Array.isArray(live) && live.length === wanted.length && wanted.every((item, i) => holds(item, live[i]));
  if (isTree(wanted)) return isTree(live) && Object.entries(wanted).every(([key, value]) => holds(value, live[key]));
  return typeof live !== 'object' && scalar(wanted) === scalar(live);
}

function* leaves(tree: Tree, prefix: string): Generator<[string, string]> {
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (isTree(value)) yield* leaves(value, path);
    else if (value !== undefined && value !== null) yield [path, Array.isArray(value) ? JSON.stringify(value.map(scalar)) : scalar(value)];
  }
}

/** Index settings in one form, `index.number_of_replicas` → `1`, however they were nested or shortened. */
export function flatSettings(settings: unknown): Record<string, string> {
  const flat = isTree(settings) ? [...leaves(settings, '')] : [];
  return Object.fromEntries(flat.map(([path, value]) => [path.startsWith('index.') ? path : `index.${path}`, value]));
}
