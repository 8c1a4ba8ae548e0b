import fc from 'fast-check';
import type { JsonSchema } from '../../src/api/crd/structural.ts';
import { type JsonObject, values } from './arbitraries.ts';

/** Near-valid values: a valid one with a single change, at any depth. */

type Path = readonly (string | number)[];

/** One place in a value, with the schema that rules there. */
interface Site {
  path: Path;
  schema: JsonSchema;
  value: unknown;
}

/** A change of one place: another value, or its removal. */
interface Mutation {
  name: string;
  path: Path;
  values: () => fc.Arbitrary<unknown>;
}

export interface Mutated {
  value: unknown;
  /** What was done, and where. */
  change: string;
}

const REMOVED = Symbol('removed');

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every place that the schema knows in `value`; the insides of raw objects are nobody's business. */
function sites(schema: JsonSchema, value: unknown, path: Path = []): Site[] {
  const here: Site = { path, schema, value };
  const { items, properties, additionalProperties } = schema;
  if (items && Array.isArray(value)) return [here, ...value.flatMap((item, index) => sites(items, item, [...path, index]))];
  if (!isObject(value)) return [here];
  const inner = Object.entries(value).flatMap(([key, item]) => {
    const known = properties?.[key] ?? additionalProperties;
    return known ? sites(known, item, [...path, key]) : [];
  });
  return [here, ...inner];
}

/** Sets an own property, `__proto__` too. */
function define(target: object, key: string | number, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function changed(value: unknown, path: Path, next: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === key ? changed(item, rest, next) : item));
  const copy = {};
  for (const [name, item] of Object.entries(isObject(value) ? value : {})) define(copy, name, item);
  const inner = rest.length === 0 ? next : changed((value as JsonObject)[key], rest, next);
  if (inner === REMOVED) Reflect.deleteProperty(copy, key);
  else define(copy, key, inner);
  return copy;
}

const NASTY_KEYS = ['bogus', '', ' ', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a.b', '$ref', 'x-é'];
const NASTY_VALUES = [null, '', 'x', '7', 'true', 7, 0, -1, 1.5, 1e21, 2 ** 53, true, false, [], [null], ['x'], {}, { x: 1 }];
const NASTY_TEXT = [' ', '\n', '\t', '\u0000', '-', '_', '.', '/', ':', '*', 'A', '0', 'é', '😀', '\u2028', '"', '\\'];

const fill = (length: number, item: fc.Arbitrary<unknown>) => fc.array(item, { minLength: length, maxLength: length });

function fillMap(length: number, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fill(length, value).map((items) => Object.fromEntries(items.map((item, index) => [`key${index}`, item])));
}

function lengths(limit: number): fc.Arbitrary<string> {
  const around = fc.integer({ min: Math.max(0, limit - 1), max: limit + 1 });
  const counted = fc.constantFrom('a', '1', 'é', '😀').chain((unit) => around.map((count) => unit.repeat(count)));
  // Twice as long in UTF-16 as in characters: whoever counts wrong is found here.
  return fc.oneof(counted, around.map((count) => '😀'.repeat(Math.ceil(count / 2))), fc.constant(''));
}

function bounds({ schema, path }: Site): Mutation[] {
  const at = (name: string, next: () => fc.Arbitrary<unknown>): Mutation => ({ name, path, values: next });
  const { minimum = 0, maximum = minimum, maxLength, maxItems, maxProperties, items, additionalProperties } = schema;
  const made: Mutation[] = [];
  if (schema.minimum !== undefined || schema.maximum !== undefined) {
    made.push(at('number at a bound', () => fc.constantFrom(minimum, maximum, minimum - 1, maximum + 1, minimum + 0.5)));
  }
  if (maxLength !== undefined) made.push(at('text at a bound', () => lengths(maxLength)));
  if (maxItems !== undefined && items) made.push(at('list at a bound', () => fc.oneof(fill(maxItems, values(items)), fill(maxItems + 1, values(items)))));
  if (maxProperties !== undefined && additionalProperties) {
    const entries = (count: number) => fillMap(count, values(additionalProperties));
    made.push(at('map at a bound', () => fc.oneof(entries(maxProperties), entries(maxProperties + 1))));
  }
  return made;
}

function spliced(text: string): fc.Arbitrary<string> {
  return fc.tuple(fc.nat(text.length), fc.constantFrom(...NASTY_TEXT)).map(([at, piece]) => text.slice(0, at) + piece + text.slice(at));
}

function texts({ schema, value, path }: Site): Mutation[] {
  if (typeof value !== 'string') return [];
  const made: Mutation[] = [{ name: 'text with an odd character', path, values: () => spliced(value) }];
  if (schema.enum) made.push({ name: 'word of another case', path, values: () => fc.constantFrom(value.toUpperCase(), `${value} `, value.slice(1)) });
  return made;
}

function keys({ schema, value, path }: Site): Mutation[] {
  if (!isObject(value)) return [];
  const names = Object.keys(schema.properties ?? {});
  const odd = [...NASTY_KEYS, ...names.map((name) => name.toUpperCase())].filter((key) => !names.includes(key));
  const unknown = odd.map((key): Mutation => ({ name: 'odd key', path: [...path, key], values: () => fc.constantFrom(...NASTY_VALUES) }));
  const absent = Object.entries(schema.properties ?? {}).filter(([key]) => !Object.hasOwn(value, key));
  const more = absent.map(([key, field]): Mutation => ({ name: 'one field more', path: [...path, key], values: () => values(field) }));
  const fewer = Object.keys(value).map((key): Mutation => {
    const name = schema.required?.includes(key) ? 'required field removed' : 'optional field removed';
    return { name, path: [...path, key], values: () => fc.constant(REMOVED) };
  });
  return [...unknown, ...more, ...fewer];
}

const replaced = ({ path }: Site): Mutation[] => [
  { name: 'null', path, values: () => fc.constant(null) },
  { name: 'value of another type', path, values: () => fc.constantFrom(...NASTY_VALUES) },
];

const NO_MUTATION: Mutation = { name: 'nothing', path: [], values: () => fc.constant(REMOVED) };

/** Metadata is Kubernetes' own, but for the name: labels, finalizers and the like are not for us to judge. */
const isOurs = ({ path, name }: Mutation): boolean => path[0] !== 'metadata' || path[1] === 'name' || (path.length === 1 && name !== 'odd key');

/** `valid` with one change. Kinds of change are equally likely, whatever the number of places that each fits. */
export function nearly(schema: JsonSchema, valid: fc.Arbitrary<unknown>): fc.Arbitrary<Mutated> {
  return valid.chain((value) => {
    const all = sites(schema, value).filter(({ path }) => path.length > 0 || isObject(value));
    const possible = all.flatMap((site) => [...(site.path.length > 0 ? replaced(site) : []), ...bounds(site), ...texts(site), ...keys(site)]).filter(isOurs);
    const byName = Object.values(Object.groupBy(possible, ({ name }) => name));
    return fc.constantFrom(...byName)
      .chain((group) => fc.constantFrom(...(group ?? [NO_MUTATION])))
      .chain(({ name, path, values: next }) => next().map((item) => ({ value: changed(value, path, item), change: `${name}: ${path.join('.')}` })));
  });
}
