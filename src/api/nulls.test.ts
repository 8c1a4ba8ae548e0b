import { describe, expect, it } from '@jest/globals';
import { checkResource, normalised } from './resource.ts';

const logStack = (spec: object) => ({ apiVersion: 'lgtm-operator.io/v1alpha1', kind: 'LogStack', metadata: { name: 'logs' }, spec });

describe('normalised', () => {
  it('drops null fields and map entries, as the API server does', () => {
    const given = logStack({ backend: 'loki', storage: null, loki: { nodeSelector: { a: null, b: 'c' }, tolerations: [{ key: null }] } });
    expect(normalised(given)).toEqual(logStack({ backend: 'loki', loki: { nodeSelector: { b: 'c' }, tolerations: [{}] } }));
    expect(checkResource(given)).toEqual([]);
  });

  it('keeps nulls in raw objects, in lists and in unknown fields', () => {
    const given = logStack({ backend: 'loki', loki: { config: { a: null, b: [null] }, tolerations: [null] }, bogus: null });
    expect(normalised(given)).toEqual(given);
    expect(checkResource(given).map(({ code, path }) => [code, path])).toEqual([
      ['InvalidType', 'spec.loki.tolerations[0]'],
      ['UnknownField', 'spec.bogus'],
    ]);
  });

  it('misses a required field that is null', () => {
    expect(checkResource(logStack({ backend: null }))).toMatchObject([{ code: 'MissingField', path: 'spec.backend' }]);
    const without = { ...logStack({}), spec: null };
    expect(checkResource(without)).toMatchObject([{ code: 'MissingField', path: 'spec' }]);
  });

  it('leaves kinds that are not ours alone', () => {
    const given = { kind: 'ConfigMap', data: null };
    expect(normalised(given)).toEqual(given);
  });
});

describe('checkResource', () => {
  it('finds keys named __proto__ wherever they stand', () => {
    const spec: unknown = JSON.parse('{"backend": "loki", "loki": {"nodeSelector": {"__proto__": 5}, "topologySpreadConstraints": [{"__proto__": {"a": 1}}]}}');
    expect(checkResource(logStack(spec as object)).map(({ code, path }) => [code, path])).toEqual([
      ['UnsafeKey', 'spec.loki.nodeSelector.__proto__'],
      ['UnsafeKey', 'spec.loki.topologySpreadConstraints[0].__proto__'],
    ]);
  });

  it('counts characters as the API server does', () => {
    const region = (count: number) => checkResource(logStack({ backend: 'loki', storage: { type: 's3', s3: { bucket: 'logs', region: '😀'.repeat(count) } } }));
    expect(region(63)).toEqual([]);
    expect(region(64)).toMatchObject([{ code: 'InvalidValue', path: 'spec.storage.s3.region' }]);
  });
});
