import { describe, expect, it } from '@jest/globals';
import type { MetricsStack, TracingStack } from '../api/kinds.ts';
import { checkResource } from '../api/resource.ts';
import { durationMs } from '../api/duration.ts';
import type { KubeObject, Manifest } from '../base/object.ts';
import { COMPACTION } from '../components/mimir/defaults.ts';
import { mimirMaxAge } from '../retention/mimir.ts';
import { dashboardStack, dataOf, manifestNamed, metricsStack, tracingStack, viewOf } from '../testing/resources.ts';
import { alertmanagerOn, scrapeIntervalOf } from '../wiring/metricsfacts.ts';
import { planMetricsStack } from './metricsstack.ts';

const plan = (stack: MetricsStack, ...others: KubeObject[]) => planMetricsStack(stack, viewOf({ resources: [stack, ...others] }));

const wires = (stack: MetricsStack, ...others: KubeObject[]) => plan(stack, ...others).wires.map(({ from, what, state }) => `${from} ${what} ${state}`);

const writing = (name = 'traces', namespace = 'obs'): TracingStack =>
  tracingStack({ metricsGenerator: { remoteWrite: { metricsStackRef: { name: 'metrics', namespace: 'obs' } } } }, name, namespace);

const policy = (manifests: readonly Manifest[]): string => JSON.stringify(manifestNamed(manifests, 'NetworkPolicy', 'metrics-mimir'));

const workload = (manifests: readonly Manifest[]): string => JSON.stringify(manifestNamed(manifests, 'StatefulSet', 'metrics-mimir'));

const collected = (stack: MetricsStack): string => dataOf(manifestNamed(plan(stack).manifests, 'ConfigMap', 'metrics-prometheus'), 'prometheus.yml');

describe('a MetricsStack', () => {
  it('is one Mimir, and applies', () => {
    const { apply, findings, workloads, version, storage, endpoints } = plan(metricsStack());
    expect({ apply, findings, workloads: workloads.map(({ kind, name }) => `${kind}/${name}`), version, storage, endpoints: endpoints.map(({ name }) => name) }).toEqual({
      apply: true, findings: [], workloads: ['StatefulSet/metrics-mimir'], version: '3.1.4', storage: 'filesystem of the volume', endpoints: ['push', 'otlp', 'query', 'alertmanager'],
    });
  });

  it('keeps the version that its status records', () => {
    expect(plan({ ...metricsStack(), status: { version: '3.0.6' } }).version).toBe('3.0.6');
  });

  it('says how long it keeps metrics, and when the last is gone', () => {
    const tenancy = { enabled: true, tenant: 'a' };
    expect(plan(metricsStack({ retention: '90d', tenancy, tenants: [{ name: 'a', retention: '2d' }, { name: 'b' }] })).retention).toEqual([
      { signal: 'metrics', tenant: '*', wanted: '90d', maxAge: '91d2h33m', where: 'limits.compactor_blocks_retention_period' },
      { signal: 'metrics', tenant: 'a', wanted: '2d', maxAge: '3d2h33m', where: 'overrides.a.compactor_blocks_retention_period' },
    ]);
    expect(plan(metricsStack()).retention).toEqual([{ signal: 'metrics', tenant: '*', wanted: 'forever', maxAge: 'forever', where: 'limits.compactor_blocks_retention_period' }]);
    expect(mimirMaxAge('30d') - durationMs('30d')).toBeGreaterThan(Math.max(...COMPACTION.ranges) + COMPACTION.deletionDelay);
  });

  it('touches nothing where its spec is invalid', () => {
    expect(plan({ ...metricsStack(), spec: { retention: 'soon' } })).toMatchObject({ apply: false, rendered: false });
  });
});

describe('links', () => {
  it('let the Grafanas in that have a datasource, and the Tempos that make metrics for it', () => {
    const found = plan(metricsStack(), dashboardStack(), writing(), tracingStack({}, 'idle'));
    expect(policy(found.manifests)).toContain('"app.kubernetes.io/instance":"dash"');
    expect(policy(found.manifests)).toContain('"app.kubernetes.io/instance":"traces"');
    expect(policy(found.manifests)).not.toContain('"app.kubernetes.io/instance":"idle"');
    expect(wires(metricsStack(), dashboardStack(), writing())).toEqual(['TracingStack/obs/traces metrics Active', 'DashboardStack/obs/dash datasource Active']);
  });

  it('cross namespaces only where the stack allows it', () => {
    const far = writing('far', 'other');
    expect(wires(metricsStack(), far)).toEqual([]);
    expect(policy(plan(metricsStack(), far).manifests)).not.toContain('other');
    expect(wires(metricsStack({ allowedNamespaces: ['other'] }), far)).toEqual(['TracingStack/other/far metrics Active']);
    expect(policy(plan(metricsStack({ allowedNamespaces: ['other'] }), far).manifests)).toContain('"kubernetes.io/metadata.name":"other"');
  });

  it('that come later restart nothing', () => {
    expect(workload(plan(metricsStack(), writing(), dashboardStack()).manifests)).toBe(workload(plan(metricsStack()).manifests));
  });
});

describe('collection', () => {
  it.each([
    ['prometheus', { prometheus: {} }, 'StatefulSet/obs/metrics-prometheus'],
    ['alloy', { alloy: {} }, 'StatefulSet/obs/metrics-alloy-metrics'],
  ])('by %s writes into the store, which lets it in', (_name, collection, from) => {
    const found = plan(metricsStack({ collection }));
    expect(found.apply).toBe(true);
    expect(wires(metricsStack({ collection }))).toEqual([`${from} metrics Active`]);
    expect(found.workloads).toHaveLength(2);
    expect(policy(found.manifests)).toContain(`"app.kubernetes.io/component":"${from.replace('StatefulSet/obs/metrics-', '')}"`);
    expect(workload(found.manifests)).toBe(workload(plan(metricsStack()).manifests));
  });

  it('writes as the tenant of the stack', () => {
    const collection = { prometheus: {} };
    expect(collected(metricsStack({ collection, tenancy: { enabled: true, tenant: 'team' } }))).toContain('X-Scope-OrgID: team');
    expect(collected(metricsStack({ collection }))).not.toContain('X-Scope-OrgID');
    expect(collected(metricsStack({ collection }))).toContain('url: http://metrics-mimir.obs.svc:8080/api/v1/push');
  });

  it('by a pair has the labels that the store goes by', () => {
    const pair = metricsStack({ collection: { prometheus: { ha: true } } });
    expect(collected(pair)).toMatch(/cluster: obs-metrics\n +__replica__:/);
    const store = dataOf(manifestNamed(plan(pair).manifests, 'ConfigMap', 'metrics-mimir'), 'config.yaml');
    expect(store).toMatch(/enable_ha_tracker: true/);
    expect(store).toMatch(/accept_ha_samples: true/);
    // Mimir's own names of the two labels, `cluster` and `__replica__`, are in force.
    expect(store).not.toMatch(/ha_(cluster|replica)_label/);
  });

  it('is what Grafana learns of the stack', () => {
    expect([alertmanagerOn(metricsStack()), alertmanagerOn(metricsStack({ alertmanager: { enabled: false } }))]).toEqual([true, false]);
    const interval = (collection: MetricsStack['spec']['collection']) => scrapeIntervalOf(metricsStack({ collection }));
    expect([interval(undefined), interval({ prometheus: { scrapeInterval: '15s' } }), interval({ alloy: { scrapeInterval: '60s' } })]).toEqual(['30s', '15s', '60s']);
  });
});

describe('the schema', () => {
  const wrong = (spec: object) => checkResource(metricsStack(spec)).map(({ code, path }) => `${code} ${path}`);
  const s3 = { type: 's3', s3: { bucket: 'metrics', region: 'eu' } };

  it.each<[string, object, string[]]>([
    ['two replicas', { storage: s3, mimir: { replicas: 2 } }, ['InvalidValue spec.mimir.replicas']],
    ['several replicas on a filesystem', { mimir: { replicas: 3 } }, ['ReplicasNeedObjectStorage spec.mimir.replicas']],
    ['a prefix with a dash', { storage: { ...s3, prefix: 'team-a' } }, ['InvalidValue spec.storage.prefix']],
    ['tenants without tenancy', { tenants: [{ name: 'a' }] }, ['InvalidValue spec.tenants']],
    ['a tenant twice', { tenancy: { enabled: true, tenant: 'a' }, tenants: [{ name: 'a' }, { name: 'a' }] }, ['InvalidValue spec.tenants']],
    ['two collectors', { collection: { prometheus: {}, alloy: {} } }, ['InvalidValue spec.collection.alloy']],
    ['a window that is too wide for Go', { limits: { outOfOrderWindow: '1000h' } }, ['InvalidValue spec.limits.outOfOrderWindow']],
    ['too short a retention', { retention: '12h' }, ['RetentionTooShort spec.retention']],
    ['a retention that no product can hold', { retention: '300y' }, ['InvalidValue spec.retention']],
  ])('refuses %s', (_case, spec, expected) => {
    expect(wrong(spec)).toEqual(expected);
  });

  it('takes one replica, and three and more with a bucket', () => {
    expect(wrong({ mimir: { replicas: 1 } })).toEqual([]);
    for (const replicas of [1, 3, 4]) expect(wrong({ storage: { ...s3, prefix: 'teamA1' }, mimir: { replicas } })).toEqual([]);
  });
});
