import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SIZES } from '../../api/common.ts';
import { quantityValue } from '../../api/quantity.ts';
import { expectGolden } from '../../testing/golden.ts';
import { ALLOY_IMAGE, CLUSTER_PROFILES, NODE_PROFILES } from '../alloy/defaults.ts';
import { GRAFANA_OWNED } from '../grafana/config.ts';
import { GRAFANA_IMAGE, GRAFANA_PROFILES } from '../grafana/defaults.ts';
import { LOKI_OWNED } from '../loki/config.ts';
import { LOKI_IMAGE, LOKI_PROFILES } from '../loki/defaults.ts';
import { imageReference } from './image.ts';
import { deepMerge, ownedHits, type Tree } from './merge.ts';
import { resolveResources } from './profile.ts';
import { strategicMerge } from './strategic.ts';
import { toYaml } from './yaml.ts';

describe('strategic merge', () => {
  it.each<[string, Tree, Tree]>([
    ['containers', { name: 'a', image: 'x' }, { name: 'a', tty: true }],
    ['initContainers', { name: 'a', image: 'x' }, { name: 'a', tty: true }],
    ['ephemeralContainers', { name: 'a', image: 'x' }, { name: 'a', tty: true }],
    ['volumes', { name: 'a', emptyDir: {} }, { name: 'a', more: 1 }],
    ['env', { name: 'A', value: '1' }, { name: 'A', more: 1 }],
    ['imagePullSecrets', { name: 'a' }, { name: 'a', more: 1 }],
    ['volumeMounts', { mountPath: '/a', name: 'a' }, { mountPath: '/a', readOnly: true }],
    ['volumeDevices', { devicePath: '/a', name: 'a' }, { devicePath: '/a', more: 1 }],
    ['ports', { containerPort: 1, name: 'a' }, { containerPort: 1, protocol: 'TCP', hostPort: 2 }],
    ['hostAliases', { ip: '1', hostnames: ['a'] }, { ip: '1', more: 1 }],
    ['topologySpreadConstraints', { topologyKey: 'a', whenUnsatisfiable: 'b', maxSkew: 1 }, { topologyKey: 'a', whenUnsatisfiable: 'b', maxSkew: 2 }],
  ])('merges %s by key', (list, present, over) => {
    expect(strategicMerge({ [list]: [present] }, { [list]: [over] })).toEqual({ [list]: [{ ...present, ...over }] });
  });

  it('adds, removes and replaces', () => {
    const base = { containers: [{ name: 'a' }, { name: 'b' }], args: ['1', '2'], x: { y: 1, z: 2 } };
    const over = { containers: [{ name: 'b', $patch: 'delete' }, { name: 'c' }], args: ['3'], x: { y: null } };
    expect(strategicMerge(base, over)).toEqual({ containers: [{ name: 'a' }, { name: 'c' }], args: ['3'], x: { z: 2 } });
  });

  it('leaves its arguments as they are, and takes anything', () => {
    const any = fc.dictionary(fc.constantFrom('containers', 'env', 'ports', 'x'), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(any, any, (base, over) => {
        const before = JSON.stringify([base, over]);
        strategicMerge(base, over);
        expect(JSON.stringify([base, over])).toBe(before);
      }),
    );
  });
});

describe('deep merge', () => {
  it('of nothing changes nothing, and what is over wins', () => {
    const tree = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.integer(), fc.dictionary(fc.constantFrom('d', 'e'), fc.string())));
    fc.assert(
      fc.property(tree, tree, (base, over) => {
        expect(deepMerge(base, {})).toEqual(base);
        const merged = deepMerge(base, over);
        expect(deepMerge(merged, over)).toEqual(merged);
        for (const key of Object.keys(over)) expect(merged).toHaveProperty(key);
      }),
    );
  });

  it('finds owned paths from above and from below', () => {
    expect(ownedHits({ a: { b: { c: 1 } } }, { 'a.b': 'x' })).toEqual([{ path: 'a.b.c', field: 'x' }]);
    expect(ownedHits({ a: null }, { 'a.b': 'x' })).toEqual([{ path: 'a', field: 'x' }]);
    expect(ownedHits({ ab: 1 }, { a: 'x' })).toEqual([]);
  });
});

describe('resources', () => {
  const profile = LOKI_PROFILES.small;
  it('come from the profile, key by key', () => {
    expect(resolveResources(profile, undefined)).toEqual({ requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '2Gi' } });
    expect(resolveResources(profile, { requests: { cpu: 2 }, limits: { cpu: '4' } })).toEqual({ requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '2Gi', cpu: '4' } });
  });

  it('never ask for more memory than they allow', () => {
    const { requests, limits } = resolveResources(profile, { requests: { memory: '8Gi' } });
    expect(quantityValue(limits.memory ?? 0)).toBeGreaterThanOrEqual(quantityValue(requests.memory ?? 0));
  });
});

describe('images', () => {
  it('move to a registry as a whole', () => {
    expect(imageReference('docker.io/grafana/loki', '1', {})).toBe('docker.io/grafana/loki:1');
    expect(imageReference('docker.io/grafana/loki', '1', { registry: 'r.example.com/m/' })).toBe('r.example.com/m/grafana/loki:1');
    expect(imageReference('grafana/loki', '1', { registry: 'r' })).toBe('r/grafana/loki:1');
    expect(imageReference('grafana/loki', '1', { registry: 'r', image: 'mine@sha256:0' })).toBe('mine@sha256:0');
  });
});

describe('defaults', () => {
  it('are as reviewed', () => {
    const profiles = { loki: LOKI_PROFILES, alloy: NODE_PROFILES, 'alloy-cluster': CLUSTER_PROFILES, grafana: GRAFANA_PROFILES };
    const owned = { loki: LOKI_OWNED, grafana: GRAFANA_OWNED };
    const images = { loki: LOKI_IMAGE, alloy: ALLOY_IMAGE, grafana: GRAFANA_IMAGE };
    expectGolden(new URL('golden/defaults.yaml', import.meta.url), toYaml({ images, profiles, owned }));
  });

  it.each([...SIZES])('of size %s fit each other', (size) => {
    for (const profiles of [LOKI_PROFILES, NODE_PROFILES, CLUSTER_PROFILES, GRAFANA_PROFILES]) {
      expect(quantityValue(profiles[size].memory)).toBeLessThanOrEqual(quantityValue(profiles[size].memoryLimit));
    }
  });
});
