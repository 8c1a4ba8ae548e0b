import { isTree, type Tree } from './merge.ts';

/** Strategic merge, as `kubectl patch` does it, for the lists that occur in a pod template. */

const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  ports: ['containerPort', 'protocol'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};

const DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };

const identity = (item: unknown, keys: readonly string[]): string | undefined => {
  if (!isTree(item)) return undefined;
  const parts = keys.map((key) => item[key] ?? DEFAULTS[key]);
  return parts.some((part) => part === undefined) ? undefined : JSON.stringify(parts);
};

function mergeLists(base: readonly unknown[], over: readonly unknown[], keys: readonly string[]): unknown[] {
  const merged = [...base];
  for (const item of over) {
    const id = identity(item, keys);
    const at = id === undefined ? -1 : merged.findIndex((present) => identity(present, keys) === id);
    const present = merged[at];
    if (isTree(item) && item['$patch'] === 'delete') {
      if (at >= 0) merged.splice(at, 1);
    } else if (isTree(item) && isTree(present)) merged[at] = strategicMerge(present, item);
    else merged.push(item);
  }
  return merged;
}

/** Merges `over` into `base`: keyed lists by key, other lists replaced, null removes. */
export function strategicMerge(base: Tree, over: Tree): Tree {
  const merged: Tree = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const present = merged[key];
    const keys = MERGE_KEYS[key];
    if (value === null) delete merged[key];
    else if (isTree(value) && isTree(present)) merged[key] = strategicMerge(present, value);
    else if (Array.isArray(value) && Array.isArray(present) && keys) merged[key] = mergeLists(present, value, keys);
    else merged[key] = value;
  }
  return merged;
}
