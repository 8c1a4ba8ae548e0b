import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alloyMetrics, type AlloyMetricsSpec } from '../../api/collectors/alloymetrics.ts';
import type { Manifest } from '../../base/object.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, stage } from '../../testing/resources.ts';
import type { Part } from '../kit/part.ts';
import { toYaml } from '../kit/yaml.ts';
import { alloyMetricsPart } from './metrics-part.ts';

const OWNER = { kind: 'MetricsStack', namespace: 'obs', name: 'metrics' };

const made = (spec: AlloyMetricsSpec, tenant?: string): Part =>
  alloyMetricsPart(stage({ owner: OWNER }), spec, { pushUrl: 'http://metrics-mimir.obs.svc:8080/api/v1/push', tenant, ha: false });

const config = (spec: AlloyMetricsSpec, tenant?: string): string =>
  dataOf(manifestNamed(made(spec, tenant).manifests, 'ConfigMap', 'metrics-alloy-metrics'), 'config.alloy');

const SHARED: AlloyMetricsSpec = {
  replicas: 3,
  clusterName: 'eu-1',
  externalLabels: { region: 'eu' },
  scrapeInterval: '5s',
  operatorResources: true,
  targets: { insecureKubelets: true, namespaces: { include: ['a', 'b'], exclude: ['b'] } },
};

const workload = (spec: AlloyMetricsSpec): unknown => manifestNamed(made(spec).manifests, 'StatefulSet', 'metrics-alloy-metrics');

describe('configuration', () => {
  it('of one pod is as reviewed', () => {
    expectGolden(new URL('golden/metrics.alloy', import.meta.url), config({}));
  });

  it('of several is as reviewed', () => {
    expect(alloyMetrics.safeParse(SHARED).success).toBe(true);
    expectGolden(new URL('golden/metrics-shared.alloy', import.meta.url), config(SHARED, 'team'));
  });

  it('shares every source of targets where there are several pods, and none where there is one', () => {
    const sources = (text: string) => text.match(/^prometheus\.(scrape|operator)/gm)?.length;
    const shared = (text: string) => text.match(/^ {2}clustering \{/gm)?.length;
    expect(shared(config(SHARED))).toBe(sources(config(SHARED)));
    expect(shared(config({}))).toBeUndefined();
  });

  it('asks for the resources of the Prometheus operator only when told so', () => {
    expect(config({})).not.toMatch(/prometheus\.operator|mimir\.rules/);
    expect(config({ operatorResources: true })).toContain('address                = "http://metrics-mimir.obs.svc:8080"');
  });

  it('waits no longer for a target than until it is due again', () => {
    expect(config({ scrapeInterval: '5s' })).toContain('scrape_timeout    = "5s"');
    expect(config({ scrapeInterval: '1m' })).toContain('scrape_timeout    = "10s"');
  });

  it('keeps its structure, whatever is in the strings', () => {
    const without = (text: string) => text.replaceAll(/"(\\.|[^"\\])*"/g, '""');
    const plain = without(config({ clusterName: 'x', externalLabels: { region: 'x' } }, 'x'));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const hostile = raw.toWellFormed();
        expect(without(config({ clusterName: hostile, externalLabels: { region: hostile } }, hostile))).toBe(plain);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('objects', () => {
  it('of several pods are as reviewed', () => {
    const objects: Manifest[] = made(SHARED).manifests.filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(new URL('golden/metrics-shared.objects.yaml', import.meta.url), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('restart with their configuration', () => {
    expect(workload({ scrapeInterval: '10s' })).not.toEqual(workload({}));
    expect(workload({ extraConfig: '// more' })).not.toEqual(workload({}));
    expect(made({ extraConfig: '// more' }).manifests.some(({ data }) => (data as Record<string, string> | undefined)?.['extra.alloy'] === '// more')).toBe(true);
  });
});

describe('validation', () => {
  it.each<[AlloyMetricsSpec, string[]]>([
    [SHARED, []],
    [{ externalLabels: { cluster: 'x' } }, []],
    [{ clusterName: 'a', externalLabels: { cluster: 'x' } }, ['PathOwned spec.collection.alloy.externalLabels']],
    [{ externalLabels: { 'a/b': 'x' } }, ['InvalidValue spec.collection.alloy.externalLabels']],
    [{ version: '1.2.3' }, ['VersionUnsupported spec.collection.alloy.version']],
  ])('%j: %j', (spec, wanted) => {
    expect(made(spec).findings.map(({ code, path }) => `${code} ${path}`)).toEqual(wanted);
  });
});
