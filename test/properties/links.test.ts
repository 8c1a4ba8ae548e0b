import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { DashboardStack, LogStack, MetricsStack, TracingStack } from '../../src/api/kinds.ts';
import { checkResource } from '../../src/api/resource.ts';
import { tenancy } from '../../src/api/tenancy.ts';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { CONTROLLERS } from '../../src/controllers/index.ts';
import { dashboardStack, dataOf, logStack, manifestNamed, metricsStack, tracingStack, viewOf } from '../../src/testing/resources.ts';
import { structural } from '../../src/api/crd/structural.ts';
import { values } from '../apiserver/arbitraries.ts';

/** What two linked stacks must agree on, read out of what is rendered for both: tenants, labels, exemplars, uids. */

const RUNS = { numRuns: 300, seed: Number(process.env.LGTM_SEED ?? 1) };

const tenancies = fc.option(values(structural(tenancy('', ''))) as fc.Arbitrary<{ enabled: boolean; tenant?: string }>, { nil: undefined })
  .filter((value) => value === undefined || !value.enabled || value.tenant !== undefined);

interface Scene {
  logs: LogStack;
  traces: TracingStack;
  metrics: MetricsStack;
  dashboards: DashboardStack;
}

const label = fc.option(fc.constantFrom('trace_id', 'traceID', 'tid'), { nil: undefined });

const scenes: fc.Arbitrary<Scene> = fc
  .record({ logs: tenancies, traces: tenancies, metrics: tenancies, label, interval: fc.constantFrom('15s', '1m', undefined), ha: fc.boolean(), by: fc.constantFrom('prometheus', 'alloy') })
  .map(({ logs, traces, metrics, label: traceIdLabel, interval: scrapeInterval, ha, by }) => ({
    logs: logStack({ ...(logs ? { tenancy: logs } : {}), collection: { alloy: {} } }),
    traces: tracingStack({
      ...(traces ? { tenancy: traces } : {}),
      metricsGenerator: { remoteWrite: { metricsStackRef: { name: 'metrics' } }, ...(traceIdLabel === undefined ? {} : { traceIdLabel }) },
    }),
    metrics: metricsStack({
      ...(metrics ? { tenancy: metrics } : {}),
      collection: by === 'alloy' ? { alloy: { ...(scrapeInterval ? { scrapeInterval } : {}) } } : { prometheus: { ha, ...(scrapeInterval ? { scrapeInterval } : {}) } },
    }),
    dashboards: dashboardStack(),
  }))
  .filter((scene) => Object.values(scene).every((resource: KubeObject) => checkResource(resource).length === 0));

type Rendered = Record<keyof Scene, readonly Manifest[]>;

function rendered(scene: Scene): Rendered {
  const view = viewOf({ resources: Object.values(scene) });
  const of = (resource: KubeObject): readonly Manifest[] => CONTROLLERS[resource.kind as keyof typeof CONTROLLERS].plan(resource, view).manifests;
  return { logs: of(scene.logs), traces: of(scene.traces), metrics: of(scene.metrics), dashboards: of(scene.dashboards) };
}

interface Source {
  uid: string;
  type: string;
  jsonData: Record<string, unknown>;
  secureJsonData?: Record<string, string>;
}

const sources = ({ dashboards }: Rendered): Source[] =>
  (load(dataOf(manifestNamed(dashboards, 'ConfigMap', 'dash-grafana'), 'datasources.yaml')) as { datasources: Source[] }).datasources;

const sourceOf = (all: Rendered, type: string): Source => sources(all).find((source) => source.type === type) ?? { uid: '', type, jsonData: {} };

const header = ({ secureJsonData }: Source): string | undefined => secureJsonData?.httpHeaderValue1;

const file = (manifests: readonly Manifest[], name: string, key: string): string => dataOf(manifestNamed(manifests, 'ConfigMap', name), key);

interface TempoConfig {
  multitenancy_enabled: boolean;
  metrics_generator: { storage: { remote_write: { url: string; send_exemplars: boolean; headers?: Record<string, string> }[] } };
}

const tempoOf = ({ traces }: Rendered): TempoConfig => load(file(traces, 'traces-tempo', 'config.yaml')) as TempoConfig;

describe('linked stacks agree', () => {
  it('on tenants: who writes, who keeps, and who reads', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const all = rendered(scene);
        const tenantOf = ({ spec }: LogStack | TracingStack | MetricsStack): string | undefined => (spec.tenancy?.enabled ? spec.tenancy.tenant : undefined);
        expect(header(sourceOf(all, 'loki'))).toBe(tenantOf(scene.logs));
        expect(header(sourceOf(all, 'tempo'))).toBe(tenantOf(scene.traces));
        expect(header(sourceOf(all, 'prometheus'))).toBe(tenantOf(scene.metrics));
        expect(header(sourceOf(all, 'alertmanager'))).toBe(tenantOf(scene.metrics));
        const alloy = file(all.logs, 'logs-alloy', 'config.alloy');
        expect(/tenant_id += "([^"]*)"/.exec(alloy)?.[1]).toBe(tenantOf(scene.logs));
        const tempo = tempoOf(all);
        expect(tempo.multitenancy_enabled).toBe(scene.traces.spec.tenancy?.enabled ?? false);
        // Where Tempo has tenants of its own it writes as each of them.
        if (!tempo.multitenancy_enabled) expect(tempo.metrics_generator.storage.remote_write[0]?.headers?.['X-Scope-OrgID']).toBe(tenantOf(scene.metrics));
      }),
      RUNS,
    );
  });

  it('on the label of exemplars, which the store takes', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const all = rendered(scene);
        const wanted = scene.traces.spec.metricsGenerator?.traceIdLabel ?? 'traceID';
        const destinations = sourceOf(all, 'prometheus').jsonData.exemplarTraceIdDestinations as { name: string; datasourceUid: string }[];
        expect(destinations.filter(({ name }) => name === wanted)).toMatchObject([{ datasourceUid: sourceOf(all, 'tempo').uid }]);
        const overrides = file(all.traces, 'traces-tempo-runtime', 'overrides.yaml') + file(all.traces, 'traces-tempo', 'config.yaml');
        expect(/trace_id_label_name: (\S+)/.exec(overrides)?.[1] ?? 'traceID').toBe(wanted);
        expect(tempoOf(all).metrics_generator.storage.remote_write[0]).toMatchObject({ send_exemplars: true });
        const mimir = file(all.metrics, 'metrics-mimir', 'config.yaml') + file(all.metrics, 'metrics-mimir-runtime', 'overrides.yaml');
        expect(Number(/max_global_exemplars_per_user: (\d+)/.exec(mimir)?.[1])).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  it('on the interval of scraping', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { prometheus, alloy } = scene.metrics.spec.collection ?? {};
        expect(sourceOf(rendered(scene), 'prometheus').jsonData.timeInterval).toBe(prometheus?.scrapeInterval ?? alloy?.scrapeInterval ?? '30s');
      }),
      RUNS,
    );
  });

  it('on the labels of an HA pair', () => {
    fc.assert(
      fc.property(scenes.filter(({ metrics }) => metrics.spec.collection?.prometheus?.ha === true), (scene) => {
        const all = rendered(scene);
        const labels = (load(file(all.metrics, 'metrics-prometheus', 'prometheus.yml')) as { global: { external_labels: object } }).global.external_labels;
        expect(Object.keys(labels)).toEqual(expect.arrayContaining(['cluster', '__replica__']));
        const mimir = file(all.metrics, 'metrics-mimir', 'config.yaml') + file(all.metrics, 'metrics-mimir-runtime', 'overrides.yaml');
        expect(mimir).toContain('enable_ha_tracker: true');
        expect(mimir).toContain('accept_ha_samples: true');
      }),
      { ...RUNS, numRuns: 100 },
    );
  });

  it('on uids: every one that is referred to exists', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const all = sources(rendered(scene));
        const uids = new Set(all.map(({ uid }) => uid));
        for (const [, uid] of JSON.stringify(all).matchAll(/"(?:datasourceUid|targetUID|alertmanagerUid)":"([^"]+)"/g)) expect(uids).toContain(uid);
        expect(uids.size).toBe(all.length);
      }),
      RUNS,
    );
  });
});
