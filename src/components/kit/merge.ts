/** Merging of what users override into what we render. All functions leave their arguments as they are. */

export type Tree = { [key: string]: unknown };

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deep merge: maps are merged, everything else (lists too) is replaced; null removes the key. */
export function deepMerge(base: Tree, over: Tree): Tree {
  const merged: Tree = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const present = merged[key];
    if (value === null) delete merged[key];
    else if (isTree(value) && isTree(present)) merged[key] = deepMerge(present, value);
    else merged[key] = value;
  }
  return merged;
}

/** Leaves of a tree as dotted paths; lists and empty maps are leaves. */
export function leafPaths(tree: Tree, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return isTree(value) && Object.keys(value).length > 0 ? leafPaths(value, path) : [path];
  });
}

/** Config path → the field that owns it. A path owns everything below it. */
export type OwnedPaths = Readonly<Record<string, string>>;

export interface OwnedHit {
  path: string;
  field: string;
}

/** Paths of a raw config that typed fields own, or that would replace a map in which one lies. */
export function ownedHits(config: Tree, owned: OwnedPaths): OwnedHit[] {
  const covers = (a: string, b: string): boolean => a === b || b.startsWith(`${a}.`);
  return leafPaths(config).flatMap((path) =>
    Object.entries(owned)
      .filter(([taken]) => covers(taken, path) || covers(path, taken))
      .map(([, field]) => ({ path, field })),
  );
}

/** What to do about such a path: a field of the spec can be set instead, what the operator owns cannot. */
export const ownedMessage = (config: string, { path, field }: OwnedHit): string =>
  `${config}.${path} is owned by ${field}: remove it from config${field.startsWith('spec.') ? ` and set ${field} instead` : ''}`;
