import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectGolden } from '../../testing/golden.ts';
import { elided } from '../../testing/elide.ts';
import { dataOf, manifestNamed } from '../../testing/resources.ts';
import { toYaml } from '../kit/yaml.ts';
import type { AlloySpec } from './input.ts';
import { alloyManifests } from './manifests.ts';
import { quote, toAlloy } from './syntax.ts';
import { validateAlloy } from './validate.ts';

const render = (spec: AlloySpec, tenant?: string) =>
  alloyManifests({
    owner: { kind: 'LogStack', namespace: 'obs', name: 'logs' },
    version: '1.18.1',
    size: 'small',
    spec,
    images: undefined,
    networkPolicy: undefined,
    target: { url: 'http://logs-loki.obs.svc:3100/loki/api/v1/push', tenant },
  });

const SELECTED: AlloySpec = {
  podLogs: {
    from: 'api',
    namespaces: { include: ['a', 'b'], exclude: ['kube-system', 'obs'] },
    selector: { matchLabels: { team: 'x' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'api'] }, { key: 'skip', operator: 'DoesNotExist' }] },
  },
  clusterName: 'eu-1',
  replicas: 3,
};

describe('configuration', () => {
  it('of the nodes is as reviewed', () => {
    const config = dataOf(manifestNamed(render({}), 'ConfigMap', 'logs-alloy'), 'config.alloy');
    expectGolden(new URL('golden/node-files.alloy', import.meta.url), config);
  });

  it('through the API is as reviewed', () => {
    const config = dataOf(manifestNamed(render(SELECTED, 'team'), 'ConfigMap', 'logs-alloy-cluster'), 'config.alloy');
    expectGolden(new URL('golden/cluster-api.alloy', import.meta.url), config);
  });

  it('keeps what the user adds in a file of its own', () => {
    const manifest = manifestNamed(render({ extraConfig: '// mine' }), 'ConfigMap', 'logs-alloy');
    expect(dataOf(manifest, 'extra.alloy')).toBe('// mine');
  });
});

describe('objects', () => {
  it('are as reviewed', () => {
    const objects = render({}).filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(new URL('golden/objects.yaml', import.meta.url), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it.each<[AlloySpec, string[]]>([
    [{}, ['DaemonSet/logs-alloy', 'StatefulSet/logs-alloy-cluster']],
    [{ events: false }, ['DaemonSet/logs-alloy']],
    [{ podLogs: { from: 'api' } }, ['StatefulSet/logs-alloy-cluster']],
    [{ podLogs: { from: 'none' }, events: false }, []],
  ])('%j runs %j', (spec, workloads) => {
    const found = render(spec).filter(({ kind }) => kind.endsWith('Set')).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(found).toEqual(workloads);
  });
});

describe('strings', () => {
  it('stay strings, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const quoted = quote(text.toWellFormed());
        expect(JSON.parse(quoted)).toBe(text.toWellFormed());
        expect(quoted).not.toMatch(/[\n\r]/);
      }),
    );
  });

  it('stand quoted as attribute, as key and as label', () => {
    const text = toAlloy([{ name: 'b', label: 'x" {', attributes: { a: { 'k"': 'v\n}' } } }]);
    expect(text).toBe('b "x\\" {" {\n  a = { "k\\"" = "v\\u000a}" }\n}\n');
  });
});

describe('validation', () => {
  it('says how to live with a namespace that refuses hostPath', () => {
    const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const [finding] = validateAlloy({}, 'obs', restricted);
    expect(finding).toMatchObject({ code: 'PodSecurityRefused', path: 'spec.collection.alloy.podLogs.from', severity: 'error' });
    expect(finding?.message).toContain('set spec.collection.alloy.podLogs.from to api');
    expect(validateAlloy({ podLogs: { from: 'api' } }, 'obs', restricted)).toEqual([]);
    expect(validateAlloy({}, 'obs', { 'pod-security.kubernetes.io/warn': 'restricted' })).toEqual([]);
  });

  it('refuses keys that would break out of the selector', () => {
    const found = validateAlloy({ podLogs: { selector: { matchLabels: { 'a=b,c': 'x' } } } }, 'obs', undefined);
    expect(found[0]).toMatchObject({ code: 'InvalidSelector' });
  });

  it('warns about a collector with nothing to do', () => {
    expect(validateAlloy({ podLogs: { from: 'none' }, events: false }, 'obs', undefined)[0]).toMatchObject({ code: 'CollectsNothing', severity: 'warning' });
  });
});
