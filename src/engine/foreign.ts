import { MANAGER } from '../base/names.ts';
import type { KubeObject, ManagedFieldsEntry } from '../base/object.ts';

/** A field manager other than us and Kubernetes itself, with a few of the fields that it set. */
export interface ForeignManager {
  manager: string;
  fields: readonly string[];
}

const MAX_FIELDS = 5;

/** What Kubernetes' own controllers set is part of how it works (revisions, defaults, deletion), not interference. */
const KUBERNETES = /^(?:kube-(?:controller-manager|scheduler|apiserver|proxy)|kubelet|cloud-controller-manager|kwok(?:-controller)?)$/;

/** Foreign managers by object, outside of its JSON; only objects that have any take up room. */
const FOREIGN = new WeakMap<KubeObject, readonly ForeignManager[]>();

const NONE: readonly ForeignManager[] = [];

/** The foreign managers that `compact` has found on an object. */
export const foreignManagers = (object: KubeObject): readonly ForeignManager[] => FOREIGN.get(object) ?? NONE;

/** The object without `managedFields`; whoever else manages fields of it is remembered for `foreignManagers`. */
export function compact(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  if (managedFields === undefined) return object;
  const next = { ...object, metadata };
  const foreign = managedFields.filter(isForeign).flatMap(summary);
  if (foreign.length > 0) FOREIGN.set(next, foreign);
  return next;
}

function isForeign(entry: ManagedFieldsEntry): boolean {
  const manager = entry.manager ?? '';
  return manager !== '' && manager !== MANAGER && entry.subresource !== 'status' && !KUBERNETES.test(manager);
}

function summary(entry: ManagedFieldsEntry): ForeignManager[] {
  const fields: string[] = [];
  for (const path of leaves(entry.fieldsV1 ?? {}, '')) {
    fields.push(path);
    if (fields.length === MAX_FIELDS) break;
  }
  return fields.length === 0 ? [] : [{ manager: entry.manager ?? '', fields }];
}

/** Paths of a `fieldsV1` tree: `spec.template.spec.containers[name=loki].image`. */
function* leaves(node: unknown, path: string): Generator<string> {
  const children = typeof node === 'object' && node !== null ? Object.entries(node).filter(([key]) => key !== '.') : [];
  if (children.length === 0) {
    if (path !== '') yield path;
    return;
  }
  for (const [key, child] of children) yield* leaves(child, path + step(key, path === ''));
}

function step(key: string, first: boolean): string {
  const name = key.slice(2);
  if (key.startsWith('f:')) return first ? name : `.${name}`;
  return key.startsWith('k:') ? `[${keyText(name)}]` : `[${name}]`;
}

/** `{"name":"loki"}` → `name=loki` */
function keyText(json: string): string {
  try {
    const key: unknown = JSON.parse(json);
    if (typeof key === 'object' && key !== null) return Object.entries(key).map(([k, v]) => `${k}=${String(v)}`).join(',');
  } catch {
    // Shown as it is.
  }
  return json;
}
