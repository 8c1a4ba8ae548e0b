import { z } from 'zod';
import type { CelRule } from '../rule.ts';
import { literals } from './literals.ts';

/** The part of OpenAPI v3 that a CustomResourceDefinition may hold ("structural schema"), and that we use. */
export interface JsonSchema {
  description?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  format?: string;
  enum?: readonly (string | number)[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  anyOf?: readonly { type: 'integer' | 'string' }[];
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  maxProperties?: number;
  additionalProperties?: JsonSchema;
  required?: readonly string[];
  properties?: Record<string, JsonSchema>;
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-preserve-unknown-fields'?: true;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-validations'?: readonly CelRule[];
}

export interface StructuralOptions {
  /** Whether strings, lists and maps need an upper bound, which CEL's cost budget rests on. Default: true. */
  bounded?: boolean;
}

/** What zod emits: any JSON schema. */
export type RawSchema = Readonly<Record<string, unknown>>;

interface Place {
  path: string;
  bounded: boolean;
}

/** A schema that cannot become part of a CRD: a mistake in the source, so generating fails. */
export class StructuralError extends Error {
  constructor(path: string, problem: string) {
    super(`${path === '' ? 'schema' : path}: ${problem}`);
    this.name = 'StructuralError';
  }
}

/** Keywords that pass unchanged, by type. Any other makes the conversion fail. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  string: ['type', 'format', 'enum', 'minLength', 'maxLength', 'pattern'],
  integer: ['type', 'format', 'enum', 'minimum', 'maximum'],
  number: ['type', 'enum', 'minimum', 'maximum'],
  boolean: ['type'],
  array: ['type', 'minItems', 'maxItems', 'items', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys'],
  object: ['type', 'maxProperties', 'required', 'properties', 'additionalProperties'],
  intOrString: ['anyOf', 'x-kubernetes-int-or-string'],
};

const isSchema = (value: unknown): value is RawSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keywords of `node` that are known for `type`; throws on any other, `default` and `$ref` among them. */
function keep(node: RawSchema, type: string, place: Place): JsonSchema {
  const known = ['description', ...(KEYWORDS[type] ?? []), 'x-kubernetes-validations'];
  for (const keyword of Object.keys(node)) {
    if (!known.includes(keyword)) throw new StructuralError(place.path, `${keyword} cannot be part of a CRD`);
  }
  return Object.fromEntries(known.filter((key) => node[key] !== undefined).map((key) => [key, node[key]]));
}

/** Zod states the range of safe integers; the API server's own are wider, and nothing is gained by saying so. */
function withoutSafeBounds(node: RawSchema): RawSchema {
  const { minimum, maximum, ...rest } = node;
  return {
    ...rest,
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}

function requireBound(place: Place, bounded: boolean, keyword: string): void {
  if (place.bounded && !bounded) throw new StructuralError(place.path, `no ${keyword}: everything in a spec must be bounded`);
}

/** `anyOf` may hold nothing but the two types; bounds and pattern stand beside it, and each concerns its own type. */
function intOrString(node: RawSchema, place: Place): JsonSchema {
  const branches = (Array.isArray(node.anyOf) ? node.anyOf : []).filter(isSchema).map(withoutSafeBounds);
  const [integer, text] = branches;
  if (branches.length !== 2 || integer?.type !== 'integer' || text?.type !== 'string') {
    throw new StructuralError(place.path, 'an int-or-string must be a union of an integer and a string, in this order');
  }
  requireBound(place, text.maxLength !== undefined, 'maxLength');
  return {
    ...keep(integer, 'integer', place),
    ...keep(text, 'string', place),
    ...keep(node, 'intOrString', place),
    type: undefined,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
  };
}

function array(node: RawSchema, place: Place): JsonSchema {
  requireBound(place, node.maxItems !== undefined, 'maxItems');
  if (!isSchema(node.items)) throw new StructuralError(place.path, 'items must be one schema');
  return { ...keep(node, 'array', place), items: convert(node.items, { ...place, path: `${place.path}[]` }) };
}

function map(node: RawSchema, values: RawSchema, place: Place): JsonSchema {
  requireBound(place, node.maxProperties !== undefined, 'maxProperties');
  return { ...keep(node, 'object', place), additionalProperties: convert(values, { ...place, path: `${place.path}{}` }) };
}

function fields(properties: RawSchema, place: Place): Record<string, JsonSchema> {
  const converted = Object.entries(properties).map(([name, schema]): [string, JsonSchema] => {
    const path = place.path === '' ? name : `${place.path}.${name}`;
    if (!isSchema(schema)) throw new StructuralError(path, 'expected a schema');
    return [name, convert(schema, { ...place, path })];
  });
  return Object.fromEntries(converted);
}

function object(node: RawSchema, place: Place): JsonSchema {
  const properties = isSchema(node.properties) ? node.properties : {};
  const values = node.additionalProperties;
  const isLoose = isSchema(values) && Object.keys(values).length === 0;
  if (isSchema(values) && !isLoose) return map(node, values, place);
  const { additionalProperties: _, ...rest } = keep(node, 'object', place);
  const required = Array.isArray(node.required) ? node.required.map(String).sort() : [];
  return {
    ...rest,
    required: required.length > 0 ? required : undefined,
    properties: Object.keys(properties).length > 0 ? fields(properties, place) : undefined,
    'x-kubernetes-preserve-unknown-fields': isLoose ? true : undefined,
  };
}

function scalar(node: RawSchema, place: Place): JsonSchema {
  const type = String(node.type);
  if (!['string', 'integer', 'number', 'boolean'].includes(type)) throw new StructuralError(place.path, `type ${type} cannot be part of a CRD`);
  if (type === 'string') requireBound(place, node.maxLength !== undefined || node.enum !== undefined, 'maxLength');
  return keep(withoutSafeBounds(node), type, place);
}

function convert(raw: RawSchema, place: Place): JsonSchema {
  if (raw['x-kubernetes-int-or-string'] === true) return intOrString(raw, place);
  const node = literals(raw);
  if (node.type === 'object') return object(node, place);
  if (node.type === 'array') return array(node, place);
  if (node.type !== undefined) return scalar(node, place);
  const { description, ...rest } = node;
  if (Object.keys(rest).length > 0) throw new StructuralError(place.path, `${Object.keys(rest).join(', ')} without type cannot be part of a CRD`);
  return { ...(typeof description === 'string' ? { description } : {}), 'x-kubernetes-preserve-unknown-fields': true };
}

/** Drops what is undefined, so that the result compares and serialises as what it is. */
const plain = (schema: JsonSchema): JsonSchema => JSON.parse(JSON.stringify(schema)) as JsonSchema;

/**
 * The structural schema of a zod schema. Unknown fields need no word in it: the API server prunes them, or refuses
 * them under `fieldValidation=Strict`. Throws StructuralError on what a CRD cannot say and on what has no bound.
 */
export function structural(schema: z.ZodType, options: StructuralOptions = {}): JsonSchema {
  const { $schema: _, ...raw } = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Record<string, unknown>;
  return plain(convert(raw, { path: '', bounded: options.bounded ?? true }));
}
