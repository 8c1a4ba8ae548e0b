import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { flatSettings, holds } from './compare.ts';

describe('holds', () => {
  it.each<[unknown, unknown, boolean]>([
    [1, '1', true],
    [true, 'true', true],
    ['1d', '1d', true],
    [{ a: 1 }, { a: '1', b: 2 }, true],
    [{ delete: {} }, { delete: { delete_searchable_snapshot: true } }, true],
    [{ delete: {} }, {}, false],
    [{ a: null }, {}, true],
    [{ a: null }, { a: 1 }, false],
    [['a', 'b'], ['a', 'b'], true],
    [['a', 'b'], ['b', 'a'], false],
    [['a'], ['a', 'b'], false],
    ['a', ['a'], false],
    [{ a: 1 }, 'a', false],
    [1, 2, false],
  ])('%j in %j: %s', (wanted, live, expected) => {
    expect(holds(wanted, live)).toBe(expected);
  });

  const strings = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strings);
    if (typeof value === 'object' && value !== null) return { extra: 'x', ...Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, strings(inner)])) };
    return typeof value === 'string' ? value : JSON.stringify(value);
  };

  it('whatever is wanted, in strings and with more beside it', () => {
    const key = fc.string({ maxLength: 4 }).filter((text) => text !== '__proto__' && text !== 'extra');
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 3 }, leaf, fc.dictionary(key, tie('tree'), { maxKeys: 4 }), fc.array(leaf, { maxLength: 3 })),
    }));
    fc.assert(fc.property(tree, (value) => holds(value, strings(value))));
  });
});

describe('flatSettings', () => {
  it('gives one form to all that mean the same', () => {
    const flat = { 'index.number_of_replicas': '1', 'index.lifecycle.name': 'x' };
    expect(flatSettings({ index: { number_of_replicas: '1', lifecycle: { name: 'x' } } })).toEqual(flat);
    expect(flatSettings({ 'index.number_of_replicas': 1, 'index.lifecycle.name': 'x' })).toEqual(flat);
    expect(flatSettings({ number_of_replicas: 1, lifecycle: { name: 'x' } })).toEqual(flat);
    expect(flatSettings({ index: { query: { default_field: ['a', 1] } } })).toEqual({ 'index.query.default_field': '["a","1"]' });
    expect(flatSettings(undefined)).toEqual({});
  });
});
