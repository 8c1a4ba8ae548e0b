import fc from 'fast-check';
import { API_VERSION } from '../../src/base/names.ts';
import { type JsonSchema, structural } from '../../src/api/crd/structural.ts';
import type { KindDefinition } from '../../src/api/kinds.ts';
import { MAX_NAME } from '../../src/api/resource.ts';

/** Arbitrary values of a structural schema: each obeys types, bounds and patterns; CEL rules are met by chance only. */

export type JsonObject = Record<string, unknown>;

/** Never more items or entries than this at random; the bounds themselves are tried by mutation. */
const FEW = 3;

function strings(schema: JsonSchema): fc.Arbitrary<string> {
  const { pattern, minLength: min = 0, maxLength: max = 64 } = schema;
  if (pattern === undefined) {
    const size = { minLength: min, maxLength: Math.max(min, Math.min(max, 24)) };
    return fc.oneof(fc.string(size), fc.string({ ...size, unit: 'grapheme', maxLength: Math.max(min, 8) }));
  }
  return fc.stringMatching(new RegExp(pattern), { maxLength: max }).filter((text) => text.length >= min);
}

const integers = ({ minimum, maximum }: JsonSchema): fc.Arbitrary<number> =>
  fc.integer({ ...(minimum === undefined ? {} : { min: minimum }), ...(maximum === undefined ? {} : { max: maximum }) });

const rawObjects: fc.Arbitrary<JsonObject> = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: FEW }).map((raw) => ({ ...raw }));

/**
 * `type: s3` goes with a sibling `s3`, and with no other that `type` names: that is how unions are written in this
 * API, and objects that miss it would drown all others.
 */
const unionNames = ({ properties }: JsonSchema): string[] => (properties?.type?.enum ?? []).map(String).filter((name) => properties?.[name]);

function record(schema: JsonSchema, names: readonly string[]): fc.Arbitrary<JsonObject> {
  const chosen = names.flatMap((name) => {
    const field = schema.properties?.[name];
    return field ? [[name, values(field)] as const] : [];
  });
  return fc.record(Object.fromEntries(chosen)).map((fields) => ({ ...fields }));
}

/** Objects with a few of the optional fields. Fields are generated only once they are chosen. */
function objects(schema: JsonSchema): fc.Arbitrary<JsonObject> {
  const required = schema.required ?? [];
  const branches = unionNames(schema);
  const optional = Object.keys(schema.properties ?? {}).filter((name) => !required.includes(name) && !branches.includes(name));
  const chosen = fc.subarray(optional, { maxLength: Math.min(optional.length, 4) });
  if (branches.length === 0) return chosen.chain((names) => record(schema, [...required, ...names]));
  return fc.tuple(chosen, fc.constantFrom(...(schema.properties?.type?.enum ?? []))).chain(([names, type]) => {
    const branch = branches.filter((name) => name === type);
    return record(schema, [...required, ...names, ...branch]).map((fields) => ({ ...fields, type }));
  });
}

function containers(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.items) return fc.array(values(schema.items), { maxLength: Math.min(schema.maxItems ?? FEW, FEW) });
  if (schema.additionalProperties) {
    return fc.dictionary(fc.string(), values(schema.additionalProperties), { maxKeys: FEW }).map((map) => ({ ...map }));
  }
  return schema['x-kubernetes-preserve-unknown-fields'] ? rawObjects : objects(schema);
}

function build(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema['x-kubernetes-int-or-string']) return fc.oneof(integers(schema), strings(schema));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'string') return strings(schema);
  if (schema.type === 'integer') return integers(schema);
  if (schema.type === 'boolean') return fc.boolean();
  return containers(schema);
}

const BUILT = new WeakMap<JsonSchema, fc.Arbitrary<unknown>>();

/** Values that obey the schema, less its CEL rules. */
export function values(schema: JsonSchema): fc.Arbitrary<unknown> {
  const known = BUILT.get(schema) ?? build(schema);
  BUILT.set(schema, known);
  return known;
}

/** A whole resource as one schema, without status, which no user writes. */
export function resourceShape(definition: KindDefinition): JsonSchema {
  return {
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { type: 'string', enum: [API_VERSION] },
      kind: { type: 'string', enum: [definition.resource.kind] },
      metadata: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string', pattern: '^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$', maxLength: MAX_NAME } },
      },
      spec: structural(definition.spec),
    },
  };
}
