import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { PromtailSpec } from '../../api/collectors/promtail.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, stage } from '../../testing/resources.ts';
import type { LokiSink } from '../kit/sink.ts';
import { toYaml } from '../kit/yaml.ts';
import { promtailConfig } from './config.ts';
import { promtailPart } from './part.ts';

const SINK: LokiSink = { type: 'loki', url: 'http://logs-loki.obs.svc:3100', host: 'logs-loki.obs.svc', port: 3100, tenant: 'team' };

const SPEC: PromtailSpec = {
  clusterName: 'eu-1',
  podLogs: {
    namespaces: { include: ['shop', 'obs'], exclude: ['kube-system'] },
    selector: { matchLabels: { app: 'shop' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['web'] }] },
    multiline: { firstLine: '^\\d{4}-' },
  },
};

const golden = (name: string): URL => new URL(`golden/${name}`, import.meta.url);

describe('Promtail', () => {
  it('has the configuration and objects as reviewed', () => {
    const { manifests } = promtailPart(stage(), SPEC, SINK);
    expectGolden(golden('selected.yaml'), dataOf(manifestNamed(manifests, 'ConfigMap', 'logs-promtail'), 'config.yaml'));
    expectGolden(golden('all.yaml'), toYaml(promtailConfig({}, { ...SINK, tenant: undefined })));
    expectGolden(golden('objects.yaml'), manifests.filter(({ kind }) => kind !== 'ConfigMap').map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('warns that it is end-of-life, and is no failure for that', () => {
    expect(promtailPart(stage(), {}, SINK).findings).toMatchObject([{ code: 'Deprecated', severity: 'warning', message: expect.stringContaining('migrateTo') }]);
  });

  it('hands over to Alloy, which takes the same and goes on from its positions', () => {
    const { manifests, findings, workloads } = promtailPart(stage(), { ...SPEC, migrateTo: 'alloy' }, SINK);
    expect(findings).toEqual([]);
    expect(workloads.map(({ name }) => name)).toEqual(['logs-alloy']);
    const config = dataOf(manifestNamed(manifests, 'ConfigMap', 'logs-alloy'), 'config.alloy');
    expect(config).toMatch(/legacy_positions_file += "\/run\/promtail\/positions.yaml"/);
    expect(config).toMatch(/firstline += "\^\\\\d\{4\}-"/);
    expect(config).toMatch(/names += \["shop", "obs"\]/);
    const left = { name: 'promtail', hostPath: { path: '/var/lib/lgtm-operator/obs/logs-promtail', type: 'DirectoryOrCreate' } };
    expect(manifestNamed(manifests, 'DaemonSet', 'logs-alloy')).toMatchObject({ spec: { template: { spec: { volumes: expect.arrayContaining([left]) } } } });
  });

  it('writes to nothing but Loki', () => {
    const sink = { type: 'forward', host: 'h', port: 1, sharedKey: { secret: 's', key: 'k' } } as const;
    expect(promtailPart(stage(), {}, sink)).toMatchObject({ manifests: [], findings: [{ code: 'SinkUnsupported', path: 'spec.collection.promtail' }] });
  });

  it('is refused where pods may not read files of their node', () => {
    const namespaceLabels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    expect(promtailPart(stage({ namespaceLabels }), {}, SINK).findings).toContainEqual(expect.objectContaining({ code: 'PodSecurityRefused' }));
  });

  it('keeps 1,000 hostile strings what they are', () => {
    const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('${HOME}', '"', "'", ': #', '\n- x: y', '{{', '&a', '!!js', '\u2028'));
    fc.assert(
      fc.property(hostile, (text) => {
        const config = promtailConfig({ podLogs: { multiline: { firstLine: text } } }, { ...SINK, tenant: text });
        expect(load(toYaml(config))).toEqual(config);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});
