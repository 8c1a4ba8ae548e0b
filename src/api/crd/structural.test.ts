import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { quantity } from '../quantity.ts';
import { structural } from './structural.ts';

const name = z.string().max(63);

describe('structural', () => {
  it('drops what pruning replaces, and sorts what is required', () => {
    expect(structural(z.strictObject({ b: name, a: name, c: z.boolean().optional() }))).toEqual({
      type: 'object',
      required: ['a', 'b'],
      properties: { b: { type: 'string', maxLength: 63 }, a: { type: 'string', maxLength: 63 }, c: { type: 'boolean' } },
    });
  });

  it('keeps unknown fields of loose objects and of unknown values', () => {
    const schema = z.strictObject({ raw: z.looseObject({}), some: z.looseObject({ a: name }), any: z.unknown().meta({ description: 'Any.' }) });
    expect(structural(schema).properties).toEqual({
      raw: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      some: { type: 'object', required: ['a'], properties: { a: { type: 'string', maxLength: 63 } }, 'x-kubernetes-preserve-unknown-fields': true },
      any: { description: 'Any.', 'x-kubernetes-preserve-unknown-fields': true },
    });
  });

  it('writes int-or-string with bounds and pattern beside anyOf', () => {
    expect(structural(quantity('Memory.'))).toEqual({
      description: 'Memory.',
      minimum: 0,
      maximum: 2147483647,
      maxLength: 20,
      pattern: expect.any(String),
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      'x-kubernetes-int-or-string': true,
      'x-kubernetes-validations': [{ rule: expect.stringMatching(/^type\(self\) == int \|\| self\.matches\(/), message: 'expected a quantity such as 500m or 10Gi' }],
    });
  });

  it('makes one enum of a union of literals', () => {
    expect(structural(z.union([z.literal(1), z.literal(3)]).meta({ description: 'Pods.' }))).toEqual({ description: 'Pods.', type: 'integer', enum: [1, 3] });
    expect(structural(z.union([z.literal('a'), z.enum(['b', 'c'])]))).toEqual({ type: 'string', enum: ['a', 'b', 'c'] });
    expect(structural(z.literal([0.5, 1]))).toEqual({ type: 'number', enum: [0.5, 1] });
    expect(structural(z.literal(1))).toEqual({ type: 'integer', enum: [1] });
  });

  it('strips the range of safe integers, and no other', () => {
    expect(structural(z.int())).toEqual({ type: 'integer' });
    expect(structural(z.int().min(1).max(16))).toEqual({ type: 'integer', minimum: 1, maximum: 16 });
  });

  it('passes on what Kubernetes adds', () => {
    const list = z.array(z.strictObject({ type: name })).max(8).meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
    expect(structural(list)).toMatchObject({ type: 'array', maxItems: 8, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
    const map = z.record(z.string(), name).meta({ maxProperties: 4, 'x-kubernetes-validations': [{ rule: 'true', message: 'Never.' }] });
    expect(structural(map)).toEqual({
      type: 'object',
      maxProperties: 4,
      additionalProperties: { type: 'string', maxLength: 63 },
      'x-kubernetes-validations': [{ rule: 'true', message: 'Never.' }],
    });
  });

  const illegal: [string, z.ZodType, string][] = [
    ['a default', z.strictObject({ a: z.boolean().default(true) }), 'a: default'],
    ['a union of objects', z.strictObject({ a: z.union([z.strictObject({}), z.strictObject({ b: name })]) }), 'a: anyOf'],
    ['a discriminated union', z.discriminatedUnion('t', [z.strictObject({ t: z.literal('x') }), z.strictObject({ t: z.literal('y') })]), 'schema: oneOf'],
    ['a reference', z.strictObject({ a: name.meta({ id: 'ref' }) }), 'schema: definitions'],
    ['null', z.strictObject({ a: name.nullable() }), 'a: nullable'],
    ['an exclusive bound', z.strictObject({ a: z.int().gt(0) }), 'a: exclusiveMinimum'],
    ['an int-or-string that is none', z.boolean().meta({ 'x-kubernetes-int-or-string': true }), 'schema: an int-or-string'],
  ];
  it.each(illegal)('refuses %s', (_, schema, message) => {
    expect(() => structural(schema)).toThrow(message);
  });

  const unbounded: [string, z.ZodType, string][] = [
    ['a string', z.strictObject({ a: z.strictObject({ b: z.string() }) }), 'a.b: no maxLength'],
    ['a list', z.strictObject({ a: z.array(name) }), 'a: no maxItems'],
    ['items of a list', z.strictObject({ a: z.array(z.string()).max(1) }), 'a[]: no maxLength'],
    ['a map', z.strictObject({ a: z.record(z.string(), name) }), 'a: no maxProperties'],
    ['values of a map', z.record(z.string(), z.string()).meta({ maxProperties: 1 }), '{}: no maxLength'],
    ['an int-or-string', z.union([z.int(), z.string()]).meta({ 'x-kubernetes-int-or-string': true }), 'schema: no maxLength'],
  ];
  it.each(unbounded)('refuses %s without a bound', (_, schema, message) => {
    expect(() => structural(schema)).toThrow(message);
    expect(() => structural(schema, { bounded: false })).not.toThrow();
  });
});
