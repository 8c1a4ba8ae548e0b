import { describe, expect, it } from '@jest/globals';
import type { TracingStack } from '../api/kinds.ts';
import { checkResource } from '../api/resource.ts';
import type { TracingStackSpec } from '../api/tracingstack.ts';
import { refKey, refOf, type KubeObject, type Manifest } from '../base/object.ts';
import { dashboardStack, dataOf, manifestNamed, metricsStack as metrics, tracingStack as tracing, viewOf } from '../testing/resources.ts';
import { generatorTarget, generatorWritersOf, traceIdLabel } from '../wiring/generator.ts';
import { planTracingStack } from './tracingstack.ts';

const writing = (namespace?: string): TracingStackSpec => ({ metricsGenerator: { remoteWrite: { metricsStackRef: { name: 'metrics', ...(namespace ? { namespace } : {}) } } } });

const plan = (stack: TracingStack, ...others: KubeObject[]) => planTracingStack(stack, viewOf({ resources: [stack, ...others] }));

const wires = (stack: TracingStack, ...others: KubeObject[]) =>
  plan(stack, ...others).wires.map(({ from, to, what, state, required, why }) => `${from} → ${to} ${what} ${state}${required ? ' required' : ''}${why ? `: ${why}` : ''}`);

const config = (manifests: readonly Manifest[]): string => dataOf(manifestNamed(manifests, 'ConfigMap', 'traces-tempo'), 'config.yaml');

describe('a TracingStack', () => {
  it('is one Tempo, and applies', () => {
    const { apply, findings, workloads, version, storage, endpoints } = plan(tracing());
    expect({ apply, findings, workloads: workloads.map(({ kind, name }) => `${kind}/${name}`), version, storage, ui: endpoints.length }).toEqual({
      apply: true, findings: [], workloads: ['StatefulSet/traces-tempo'], version: '3.0.3', storage: 'filesystem of the volume', ui: 3,
    });
  });

  it('keeps the version that its status records', () => {
    expect(plan({ ...tracing(), status: { version: '3.0.1' } }).version).toBe('3.0.1');
  });

  it('says how long it keeps traces, and when the last is gone', () => {
    expect(plan(tracing({ retention: '30d', tenancy: { enabled: true, tenant: 'a' }, tenants: [{ name: 'a', retention: '2d' }, { name: 'b' }] })).retention).toEqual([
      { signal: 'traces', tenant: '*', wanted: '30d', maxAge: '30d4h2m30s', where: 'backend_worker.compaction.block_retention' },
      { signal: 'traces', tenant: 'a', wanted: '2d', maxAge: '2d4h2m30s', where: 'overrides.a.compaction.block_retention' },
    ]);
    expect(plan(tracing()).retention[0]).toMatchObject({ wanted: '14d', maxAge: '14d4h2m30s' });
  });

  it('lets the Grafanas in that have a datasource for it', () => {
    const { manifests } = plan(tracing(), dashboardStack());
    expect(JSON.stringify(manifestNamed(manifests, 'NetworkPolicy', 'traces-tempo'))).toContain('"app.kubernetes.io/instance":"dash"');
    expect(wires(tracing(), dashboardStack())).toEqual(['DashboardStack/obs/dash → TracingStack/obs/traces datasource Active']);
  });

  it('touches nothing where its spec is invalid', () => {
    const broken = { ...tracing(), spec: { retention: 'soon' } } as unknown as TracingStack;
    expect(plan(broken)).toMatchObject({ apply: false, rendered: false });
  });
});

describe('the metrics generator', () => {
  it('writes to the MetricsStack that it names', () => {
    expect(wires(tracing(writing()), metrics())).toEqual(['TracingStack/obs/traces → MetricsStack/obs/metrics metrics Active required']);
    expect(config(plan(tracing(writing()), metrics()).manifests)).toContain('url: http://metrics-mimir.obs.svc:8080/api/v1/push');
  });

  it('waits for one that is missing or invalid, and is left out until then', () => {
    expect(wires(tracing(writing()))).toEqual([
      'TracingStack/obs/traces → MetricsStack/obs/metrics metrics Waiting required: MetricsStack/obs/metrics does not exist: create it, or take it out of spec.metricsGenerator',
    ]);
    const waiting = plan(tracing(writing()));
    expect(waiting.apply).toBe(true);
    expect(config(waiting.manifests)).not.toContain('remote_write');
    expect(wires(tracing(writing()), { ...metrics(), spec: 'nonsense' } as unknown as KubeObject)[0]).toContain('Waiting required: the spec of MetricsStack/obs/metrics is invalid');
  });

  it('crosses namespaces only where the target allows it', () => {
    expect(wires(tracing(writing('other')), metrics({}, 'metrics', 'other'))[0]).toContain('Denied required: MetricsStack/other/metrics does not allow namespace obs');
    expect(wires(tracing(writing('other')), metrics({ allowedNamespaces: ['obs'] }, 'metrics', 'other'))[0]).toContain('Active required');
  });

  it('writes as the tenant of the MetricsStack', () => {
    const store = metrics({ tenancy: { enabled: true, tenant: 'team' } });
    expect(config(plan(tracing(writing()), store).manifests)).toContain('X-Scope-OrgID: team');
    expect(config(plan(tracing(writing()), metrics({ tenancy: { enabled: false, tenant: 'team' } })).manifests)).not.toContain('X-Scope-OrgID');
  });

  it('is seen from the other end exactly while the link is active', () => {
    const near = tracing(writing());
    const far = tracing(writing('obs'), 'far', 'other');
    const idle = tracing({}, 'idle');
    for (const store of [metrics(), metrics({ allowedNamespaces: ['other'] }), metrics({}, 'else')]) {
      const view = viewOf({ resources: [near, far, idle, store] });
      const active = [near, far, idle].filter((stack) => {
        const link = generatorTarget(stack, view);
        return link?.wire.state === 'Active' && link.wire.to === refKey(refOf(store));
      });
      expect(generatorWritersOf(store, view)).toEqual(active);
    }
  });

  it('has a label for the id of the trace', () => {
    expect(traceIdLabel(tracing(writing()))).toBe('traceID');
    expect(traceIdLabel(tracing({ metricsGenerator: { remoteWrite: { metricsStackRef: { name: 'm' } }, traceIdLabel: 'trace_id' } }))).toBe('trace_id');
  });
});

describe('the schema', () => {
  const wrong = (spec: object) => checkResource({ ...tracing(), spec: spec as TracingStackSpec } as KubeObject).map(({ code, path }) => `${code} ${path}`);

  it.each<[string, object, string[]]>([
    ['no receiver at all', { receivers: { otlp: { grpc: false, http: false } } }, ['InvalidValue spec.receivers.otlp']],
    ['Jaeger without a protocol', { receivers: { jaeger: { grpc: false, thriftHttp: false } } }, ['InvalidValue spec.receivers.jaeger']],
    ['tenants without tenancy', { tenants: [{ name: 'a' }] }, ['InvalidValue spec.tenants']],
    ['a tenant twice', { tenancy: { enabled: true, tenant: 'a' }, tenants: [{ name: 'a' }, { name: 'a' }] }, ['InvalidValue spec.tenants']],
    ['a tenant name that is more than one', { tenancy: { enabled: true, tenant: 'a' }, tenants: [{ name: 'a|b' }] }, ['InvalidValue spec.tenants[0].name']],
    ['a processor of Tempo 2', { metricsGenerator: { processors: ['local-blocks'], remoteWrite: { metricsStackRef: { name: 'm' } } } }, ['InvalidValue spec.metricsGenerator.processors[0]']],
    ['a label that is none', { metricsGenerator: { traceIdLabel: 'trace-id', remoteWrite: { metricsStackRef: { name: 'm' } } } }, ['InvalidValue spec.metricsGenerator.traceIdLabel']],
    ['several replicas', { tempo: { replicas: 2 } }, ['UnknownField spec.tempo.replicas']],
    ['too short a retention', { retention: '12h' }, ['RetentionTooShort spec.retention']],
  ])('refuses %s', (_case, spec, expected) => {
    expect(wrong(spec)).toEqual(expected);
  });

  it('takes other receivers in place of OTLP', () => {
    expect(wrong({ receivers: { otlp: { grpc: false, http: false }, zipkin: {} } })).toEqual([]);
  });
});
