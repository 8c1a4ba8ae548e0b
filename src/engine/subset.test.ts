import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differences, firstDifference } from './subset.ts';

const path = (rendered: unknown, live: unknown): string | undefined => firstDifference(rendered, live)?.path;

const workload = (pod: Record<string, unknown>): Record<string, unknown> => ({ spec: { template: { spec: pod } } });

describe('firstDifference', () => {
  it('allows what others add to maps', () => {
    expect(path({ metadata: { labels: { a: '1' } } }, { metadata: { labels: { a: '1', b: '2' }, uid: 'x' }, status: {} })).toBeUndefined();
  });

  it('finds a changed, a missing and a retyped field', () => {
    expect(path({ spec: { a: 1, b: { c: 'x' } } }, { spec: { a: 1, b: { c: 'y' } } })).toBe('spec.b.c');
    expect(path({ spec: { a: 1, b: { c: 'x' } } }, { spec: { a: 1 } })).toBe('spec.b.c');
    expect(path({ data: { a: '1' } }, { data: { a: 1 } })).toBe('data.a');
    expect(path({ data: ['a'] }, { data: { 0: 'a' } })).toBe('data');
  });

  it('takes empty for absent, and nothing else', () => {
    const empty = { a: '', b: {}, c: [], d: null, e: { f: {} } };
    expect(path({ spec: empty }, {})).toBeUndefined();
    expect(path({ spec: empty }, { spec: { a: null, b: [] } })).toBeUndefined();
    expect(path({ spec: { a: false } }, { spec: {} })).toBe('spec.a');
    expect(path({ spec: { a: 0 } }, { spec: {} })).toBe('spec.a');
    expect(path({ spec: { a: '' } }, { spec: { a: 'x' } })).toBe('spec.a');
  });

  it('matches containers by name, whatever the order and the company', () => {
    const live = workload({ containers: [{ name: 'sidecar' }, { name: 'loki', image: 'loki:3', terminationMessagePath: '/x' }] });
    expect(path(workload({ containers: [{ name: 'loki', image: 'loki:3' }] }), live)).toBeUndefined();
    expect(path(workload({ containers: [{ name: 'loki', image: 'loki:4' }] }), live)).toBe('spec.template.spec.containers[name=loki].image');
    expect(path(workload({ containers: [{ name: 'other' }] }), live)).toBe('spec.template.spec.containers[name=other]');
  });

  it.each([
    ['env', [{ name: 'A', value: '1' }], [{ name: 'B' }, { name: 'A', value: '1' }]],
    ['volumeMounts', [{ name: 'v', mountPath: '/a' }], [{ name: 'v', mountPath: '/b' }, { name: 'v', mountPath: '/a' }]],
    ['ports', [{ containerPort: 80 }], [{ containerPort: 81, protocol: 'TCP' }, { containerPort: 80, protocol: 'TCP' }]],
  ])('merges %s of containers and of init containers by key', (list, rendered, live) => {
    for (const kind of ['containers', 'initContainers']) {
      const container = (items: unknown): unknown => workload({ [kind]: [{ name: 'c', [list]: items }] });
      expect(path(container(rendered), container(live))).toBeUndefined();
    }
  });

  it.each([
    ['volumes', [{ name: 'v' }]],
    ['imagePullSecrets', [{ name: 'v' }]],
    ['topologySpreadConstraints', [{ topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 }]],
  ])('merges %s of pods by key', (list, rendered) => {
    const extra = { name: 'foreign', topologyKey: 'host', whenUnsatisfiable: 'DoNotSchedule' };
    expect(path(workload({ [list]: rendered }), workload({ [list]: [extra, ...rendered] }))).toBeUndefined();
  });

  it('merges ports of Services, owners, and claim templates', () => {
    const live = {
      metadata: { ownerReferences: [{ uid: 'other' }, { uid: 'u', kind: 'X' }] },
      spec: {
        ports: [{ port: 1, protocol: 'UDP' }, { port: 1, protocol: 'TCP', nodePort: 30000 }],
        volumeClaimTemplates: [{ metadata: { name: 'data', creationTimestamp: null }, spec: { volumeMode: 'Filesystem' }, status: {} }],
      },
    };
    expect(path({ metadata: { ownerReferences: [{ uid: 'u', kind: 'X' }] } }, live)).toBeUndefined();
    expect(path({ spec: { ports: [{ port: 1 }] } }, live)).toBeUndefined();
    expect(path({ spec: { ports: [{ port: 1, name: 'x' }] } }, live)).toBe('spec.ports[port=1,protocol=TCP].name');
    expect(path({ spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }] } }, live)).toBeUndefined();
  });

  it('takes every other list for atomic', () => {
    expect(path({ spec: { ingress: [{ ports: [{ port: 1 }] }] } }, { spec: { ingress: [{ ports: [{ port: 2 }, { port: 1 }] }] } })).toBe(
      'spec.ingress[0].ports',
    );
    expect(path(workload({ tolerations: [{ key: 'a' }] }), workload({ tolerations: [{ key: 'a', operator: 'Equal' }] }))).toBeUndefined();
    expect(path({ rules: [{ verbs: ['get'] }] }, { rules: [{ verbs: ['get', 'list'] }] })).toBe('rules[0].verbs');
  });

  it('compares a keyed list as an atomic one when its keys are no keys', () => {
    const twice = [{ name: 'A', value: '1' }, { name: 'A', value: '2' }];
    const container = (env: unknown): unknown => workload({ containers: [{ name: 'c', env }] });
    expect(path(container(twice), container(twice))).toBeUndefined();
    expect(path(container(twice), container([twice[1], twice[0]]))).toBe('spec.template.spec.containers[name=c].env[0].value');
  });

  it('lists all differences', () => {
    const all = [...differences({ a: 1, b: { c: 2 }, d: [1] }, { a: 2, b: {}, d: [1] })];
    expect(all).toEqual([
      { path: 'a', rendered: 1, live: 2 },
      { path: 'b.c', rendered: 2, live: undefined },
    ]);
  });
});

const scalar = fc.oneof(fc.string({ minLength: 1, maxLength: 4 }), fc.integer(), fc.boolean());
const name = fc.stringMatching(/^[a-e]{1,2}$/);
const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.dictionary(name, tie('node'), { minKeys: 1, maxKeys: 4 }),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
  ),
})).node;
const manifest = fc.dictionary(name, tree, { maxKeys: 4 });

/** The same with something foreign in every map, and the maps in another order. */
const grown = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(grown);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([k, v]) => [k, grown(v)] as const);
  return Object.fromEntries([['foreign', 1], ...entries.reverse()]);
};

/** Every way of changing exactly one scalar. */
function* spoiled(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) for (const bad of spoiled(item)) yield value.with(i, bad);
  } else if (typeof value === 'object' && value !== null) {
    for (const [k, v] of Object.entries(value)) for (const bad of spoiled(v)) yield { ...value, [k]: bad };
  } else yield ['spoiled', value];
}

describe('containment, for any object', () => {
  it('holds with itself and with anything added to its maps', () => {
    fc.assert(
      fc.property(manifest, (m) => {
        expect(firstDifference(m, structuredClone(m))).toBeUndefined();
        expect(firstDifference(m, grown(m))).toBeUndefined();
      }),
    );
  });

  it('fails as soon as one scalar is another', () => {
    fc.assert(
      fc.property(manifest, (m) => {
        for (const bad of spoiled(m)) expect([...differences(m, bad)]).toHaveLength(1);
      }),
    );
  });
});
