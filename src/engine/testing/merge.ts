/** A small stand-in for the merge of server-side apply. Lists of named objects merge by name, owners by UID. */

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const keyOf = (item: unknown): string | undefined => {
  if (!isFields(item)) return undefined;
  const key = item['uid'] ?? item['name'] ?? item['mountPath'];
  return typeof key === 'string' ? key : undefined;
};

const isKeyed = (list: readonly unknown[]): boolean => list.length > 0 && list.every((item) => keyOf(item) !== undefined);

/** What was `applied` before and is not in `next` any more is taken out of `live`; then `next` is laid over it. */
export function merge(live: unknown, applied: unknown, next: unknown): unknown {
  if (isFields(next)) return mergeFields(isFields(live) ? live : {}, isFields(applied) ? applied : {}, next);
  if (Array.isArray(next) && isKeyed(next)) {
    return mergeLists(Array.isArray(live) ? live : [], Array.isArray(applied) ? applied : [], next);
  }
  return structuredClone(next);
}

function mergeFields(live: Fields, applied: Fields, next: Fields): Fields {
  const result: Fields = {};
  for (const [key, value] of Object.entries(live)) if (!(key in applied) || key in next) result[key] = value;
  for (const [key, value] of Object.entries(next)) {
    if (value !== undefined) result[key] = merge(live[key], applied[key], value);
  }
  return result;
}

function mergeLists(live: readonly unknown[], applied: readonly unknown[], next: readonly unknown[]): unknown[] {
  const find = (list: readonly unknown[], key: string | undefined): unknown => list.find((item) => keyOf(item) === key);
  const foreign = live.filter((item) => find(applied, keyOf(item)) === undefined && find(next, keyOf(item)) === undefined);
  return [...next.map((item) => merge(find(live, keyOf(item)), find(applied, keyOf(item)), item)), ...foreign];
}
