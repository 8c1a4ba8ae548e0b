import type { JsonSchema } from './crd/structural.ts';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What the API server does before it validates: a field or map entry that is null is dropped (`storage:` with nothing
 * behind it), an item of a list is not. Fields that the schema does not know, and the insides of raw objects, stay:
 * there, null means removal.
 */
export function withoutNulls(value: unknown, schema: JsonSchema): unknown {
  const { items, properties, additionalProperties } = schema;
  if (Array.isArray(value)) return items ? value.map((item) => withoutNulls(item, items)) : value;
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    const known = properties && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (!known) return [[key, item]];
    return item === null ? [] : [[key, withoutNulls(item, known)]];
  });
  return Object.fromEntries(entries);
}

/** Paths of own keys named `__proto__`, which validation passes over and which no merge may meet. */
export function unsafeKeys(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unsafeKeys(item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const inner = path === '' ? key : `${path}.${key}`;
    return key === '__proto__' ? [inner] : unsafeKeys(item, inner);
  });
}
