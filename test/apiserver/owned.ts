import type { Manifest } from '../../src/base/object.ts';

/** What the API server has down as set by a field manager, held against what that manager says that it sets. */

type Tree = Readonly<Record<string, unknown>>;

export interface Ownership {
  /** Fields that the object has and the manager does not own. */
  missing: readonly string[];
  /** Fields that the manager owns and the object has not. */
  beyond: readonly string[];
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

const NAMES = new Set(['apiVersion', 'kind', 'metadata.name', 'metadata.namespace']);

/** Compares an object with the `fieldsV1` of one entry of `managedFields`; an owned list or map without parts is owned whole. */
export function ownership(object: Manifest, fieldsV1: unknown): Ownership {
  const found = [...compare(object, fieldsV1, '')];
  const paths = (wanted: 'missing' | 'beyond'): string[] => found.filter(({ is }) => is === wanted).map(({ path }) => path).sort();
  return { missing: paths('missing').filter((path) => !NAMES.has(path)), beyond: paths('beyond') };
}

interface Found {
  is: 'missing' | 'beyond';
  path: string;
}

function* compare(value: unknown, node: unknown, path: string): Generator<Found> {
  const parts = Object.keys(Object(node) as object).filter((key) => key !== '.');
  if (node === undefined) yield { is: 'missing', path };
  else if (parts.length === 0) return;
  else if (Array.isArray(value)) yield* compareList(value, node as Tree, path);
  else yield* compareFields(isTree(value) ? value : {}, node as Tree, path);
}

function* compareFields(value: Tree, node: Tree, path: string): Generator<Found> {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const [name, item] of Object.entries(value)) yield* compare(item, node[`f:${name}`], at(name));
  for (const name of names(node, 'f:')) if (!(name in value)) yield* leaves(node[`f:${name}`], at(name));
}

function* compareList(value: readonly unknown[], node: Tree, path: string): Generator<Found> {
  const owned = new Map(names(node, 'k:').map((key) => [value.findIndex((item) => hasKey(item, JSON.parse(key) as Tree)), key]));
  for (const [index, item] of value.entries()) {
    const key = owned.get(index);
    yield* compare(item, key === undefined ? node[`v:${JSON.stringify(item)}`] : node[`k:${key}`], `${path}[${index}]`);
  }
  const strange = owned.get(-1);
  if (strange !== undefined) yield { is: 'beyond', path: `${path}[${strange}]` };
}

/** Whether an element goes by a key; the protocol is part of some keys, and filled in where it is absent. */
const hasKey = (item: unknown, key: Tree): boolean =>
  Object.entries(key).every(([name, value]) => isTree(item) && (item[name] ?? (name === 'protocol' ? 'TCP' : undefined)) === value);

const names = (node: Tree, prefix: string): string[] => Object.keys(node).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));

function* leaves(node: unknown, path: string): Generator<Found> {
  const parts = isTree(node) ? names(node, 'f:') : [];
  if (parts.length === 0) yield { is: 'beyond', path };
  for (const name of parts) yield* leaves((node as Tree)[`f:${name}`], `${path}.${name}`);
}
