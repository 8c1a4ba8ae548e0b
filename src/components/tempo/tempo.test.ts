import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { TracingStackSpec } from '../../api/tracingstack.ts';
import type { Manifest } from '../../base/object.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, present, stage } from '../../testing/resources.ts';
import { isTree, type Tree } from '../kit/merge.ts';
import type { Stage } from '../kit/stage.ts';
import { toYaml } from '../kit/yaml.ts';
import type { RemoteWrite } from './input.ts';
import { tempoPart } from './part.ts';
import { AZURE_IDENTITY } from './storage.ts';
import { validateTempo } from './validate.ts';

const S3 = { type: 's3', s3: { bucket: 'traces', endpoint: 'minio.minio:9000', insecure: true, secretName: 'bucket' } } as const;

const MIMIR: RemoteWrite = { url: 'http://metrics-mimir.obs.svc:8080/api/v1/push', tenancy: false, tenant: undefined };

const GENERATOR = { metricsGenerator: { remoteWrite: { metricsStackRef: { name: 'metrics' } } } };

interface Case {
  spec: TracingStackSpec;
  remoteWrite?: RemoteWrite;
}

/** Cases whose configuration is kept as a file, which the real Tempo has read (docs/reports/tempo-by-hand.md). */
const CASES: Record<string, Case> = {
  local: { spec: {} },
  's3-generator-tenants': {
    spec: {
      size: 'medium',
      retention: '30d',
      storage: { ...S3, prefix: 'team-a' },
      tenancy: { enabled: true, tenant: 'team' },
      receivers: { jaeger: { thriftCompact: true }, zipkin: {}, from: [{ podSelector: {} }] },
      ...GENERATOR,
      limits: { maxBytesPerTrace: '10Mi', ingestionRate: '50M' },
      tenants: [{ name: 'team', retention: '2d', limits: { maxLiveTraces: 500 } }, { name: 'other' }],
    },
    remoteWrite: { ...MIMIR, tenancy: true, tenant: 'metrics' },
  },
  gcs: { spec: { retention: '7d', storage: { type: 'gcs', gcs: { bucket: 'traces', secretName: 'bucket' } }, receivers: { otlp: { grpc: false } }, ...GENERATOR }, remoteWrite: { ...MIMIR, tenancy: true, tenant: 'metrics' } },
  azure: {
    spec: {
      storage: { type: 'azure', azure: { container: 'traces', accountName: 'account', secretName: 'bucket' } },
      tempo: { config: { query_frontend: { search: { concurrent_jobs: 500 } }, overrides: { defaults: { read: { max_search_duration: '72h' } } } } },
    },
  },
};

const OWNER = { kind: 'TracingStack', namespace: 'obs', name: 'traces' };

const partOf = ({ spec, remoteWrite }: Case, over: Partial<Stage> = {}) =>
  tempoPart(stage({ owner: OWNER, size: spec.size ?? 'small', networkPolicy: spec.networkPolicy, images: spec.images, ...over }), spec, { clients: [{ podSelector: { matchLabels: { app: 'grafana' } } }], remoteWrite });

const render = (spec: TracingStackSpec, remoteWrite?: RemoteWrite): readonly Manifest[] => partOf({ spec, ...(remoteWrite ? { remoteWrite } : {}) }).manifests;

const config = (manifests: readonly Manifest[]): string => dataOf(manifestNamed(manifests, 'ConfigMap', 'traces-tempo'), 'config.yaml');
const runtime = (manifests: readonly Manifest[]): string => dataOf(manifestNamed(manifests, 'ConfigMap', 'traces-tempo-runtime'), 'overrides.yaml');

function at(tree: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isTree(inner) ? inner[key] : undefined), tree);
}

const setting = (spec: TracingStackSpec, path: string, remoteWrite?: RemoteWrite): unknown => at(load(config(render(spec, remoteWrite))), path);
const override = (spec: TracingStackSpec, path: string, remoteWrite?: RemoteWrite): unknown => at((load(runtime(render(spec, remoteWrite))) as Tree).overrides, path);

const podOf = (manifests: readonly Manifest[]) =>
  (manifestNamed(manifests, 'StatefulSet', 'traces-tempo') as unknown as {
    spec: { replicas: number; template: { metadata: { annotations: Record<string, string> }; spec: { containers: { args: string[]; env: { name: string }[] }[] } } };
  }).spec;

const hashOf = (manifests: readonly Manifest[]): string => podOf(manifests).template.metadata.annotations['lgtm-operator.io/config-hash'] ?? '';

describe('configuration', () => {
  it.each(Object.entries(CASES))('%s is as reviewed', (name, { spec, remoteWrite }) => {
    const manifests = render(spec, remoteWrite);
    expectGolden(new URL(`golden/${name}.yaml`, import.meta.url), config(manifests));
    expectGolden(new URL(`golden/${name}.overrides.yaml`, import.meta.url), runtime(manifests));
  });

  it('has the retention in both places, without days, which Go does not know', () => {
    for (const path of ['backend_worker.compaction', 'backend_scheduler.provider.compaction.compaction']) {
      expect(setting({ retention: '1w2d' }, `${path}.block_retention`)).toBe('216h');
      expect(setting({}, `${path}.block_retention`)).toBe('336h');
    }
  });

  it('names an address for every receiver, and no receiver that was not asked for', () => {
    expect(setting({}, 'distributor.receivers')).toEqual({ otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' }, http: { endpoint: '0.0.0.0:4318' } } } });
    expect(setting({ receivers: { otlp: { http: false }, zipkin: {} } }, 'distributor.receivers')).toEqual({
      otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' } } }, zipkin: { endpoint: '0.0.0.0:9411' },
    });
  });

  it('holds no secret, and nothing is expanded', () => {
    for (const { spec, remoteWrite } of Object.values(CASES)) {
      const manifests = render(spec, remoteWrite);
      expect(config(manifests)).not.toMatch(/\$\{|_key:/);
      expect(podOf(manifests).template.spec.containers[0]?.args).toEqual(['-config.file=/etc/tempo/config/config.yaml']);
    }
  });

  it('gives Azure the identity of the ServiceAccount where it is annotated for it, else the managed one', () => {
    const storage = { type: 'azure', azure: { container: 'traces', accountName: 'account' } } as const;
    expect(setting({ storage }, 'storage.trace.azure')).toMatchObject({ use_managed_identity: true });
    expect(setting({ storage, tempo: { serviceAccountAnnotations: { [AZURE_IDENTITY]: 'id' } } }, 'storage.trace.azure')).toMatchObject({ use_federated_token: true });
  });

  it('takes any string as a string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const spec: TracingStackSpec = { tempo: { config: { query_frontend: { api_timeout: text }, overrides: { defaults: { forwarders: [text] } } } } };
        expect(setting(spec, 'query_frontend')).toEqual({ api_timeout: text });
        expect(override(spec, '*.forwarders')).toEqual([text]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('metrics generator', () => {
  const written = 'metrics_generator.storage.remote_write';

  it('is there while there is a store to write to, with its processors', () => {
    expect(setting(GENERATOR, written, MIMIR)).toEqual([{ url: MIMIR.url, send_exemplars: true }]);
    expect(override(GENERATOR, '*.metrics_generator.processors', MIMIR)).toEqual(['service-graphs', 'span-metrics']);
    expect(setting(GENERATOR, 'metrics_generator')).toBeUndefined();
    expect(override(GENERATOR, '*.metrics_generator.processors')).toBeUndefined();
  });

  it('writes as the tenant of the store, unless Tempo has tenants of its own', () => {
    const store = { ...MIMIR, tenancy: true, tenant: 'metrics' };
    const own = { ...GENERATOR, tenancy: { enabled: true, tenant: 'team' } };
    expect(setting(GENERATOR, written, store)).toEqual([{ url: MIMIR.url, send_exemplars: true, headers: { 'X-Scope-OrgID': 'metrics' } }]);
    expect(setting(own, written, store)).toEqual([{ url: MIMIR.url, send_exemplars: true }]);
    expect(setting(own, 'metrics_generator.registry.inject_tenant_id_as', store)).toBeUndefined();
  });

  it('keeps tenants apart by a label where the store knows none', () => {
    const own = { ...GENERATOR, tenancy: { enabled: true, tenant: 'team' } };
    expect(setting(own, 'metrics_generator.registry.inject_tenant_id_as', MIMIR)).toBe('tenant');
  });

  it('keeps its log on the volume', () => {
    expect(setting(GENERATOR, 'metrics_generator.storage.path', MIMIR)).toBe('/var/tempo/generator/wal');
  });

  it('names the label of the trace id only where it is not the usual one', () => {
    const named = { metricsGenerator: { ...GENERATOR.metricsGenerator, traceIdLabel: 'trace_id' } };
    expect(override(named, '*.metrics_generator.trace_id_label_name', MIMIR)).toBe('trace_id');
    expect(override(GENERATOR, '*.metrics_generator.trace_id_label_name', MIMIR)).toBeUndefined();
  });
});

describe('overrides', () => {
  const spec: TracingStackSpec = { tenancy: { enabled: true, tenant: 'a' }, limits: { maxBytesPerTrace: 7 }, tenants: [{ name: 'a', retention: '3d' }, { name: 'b', limits: { maxBytesPerTrace: 9 } }] };

  it('write every entry out in full, since none inherits', () => {
    for (const entry of ['*', 'a', 'b']) {
      expect(override(spec, `${entry}.ingestion.rate_limit_bytes`)).toBe(30_000_000);
      expect(override(spec, `${entry}.ingestion.retry_info_enabled`)).toBe(true);
      expect(override({ ...spec, ...GENERATOR }, `${entry}.metrics_generator.processors`, MIMIR)).toEqual(['service-graphs', 'span-metrics']);
    }
    expect(['*', 'a', 'b'].map((entry) => override(spec, `${entry}.global.max_bytes_per_trace`))).toEqual([7, 7, 9]);
    expect(['*', 'a', 'b'].map((entry) => override(spec, `${entry}.compaction.block_retention`))).toEqual([undefined, '3d', undefined]);
  });

  it('carry raw defaults in every entry, and not in the configuration', () => {
    const raw = { ...spec, tempo: { config: { overrides: { defaults: { read: { max_search_duration: '1h' } } } } } };
    for (const entry of ['*', 'a', 'b']) expect(override(raw, `${entry}.read`)).toMatchObject({ max_search_duration: '1h', max_bytes_per_tag_values_query: 1_000_000 });
    expect(setting(raw, 'overrides.defaults')).toBeUndefined();
  });

  it('raise the burst with the rate, and print whole numbers', () => {
    expect(override({ limits: { ingestionRate: '50M' } }, '*.ingestion')).toMatchObject({ rate_limit_bytes: 50_000_000, burst_size_bytes: 50_000_000 });
    expect(override({ limits: { ingestionRate: '1M' } }, '*.ingestion')).toMatchObject({ rate_limit_bytes: 1_000_000, burst_size_bytes: 30_000_000 });
    expect(runtime(render({ limits: { maxBytesPerTrace: '99999999999999999E', ingestionBurst: '1.5' } }))).toMatch(/burst_size_bytes: 1\n[^]*max_bytes_per_trace: 9007199254740991\n/);
  });
});

describe('objects', () => {
  it.each(['local', 's3-generator-tenants'])('%s are as reviewed', (name) => {
    const { manifests } = partOf(CASES[name] ?? { spec: {} });
    const objects = manifests.filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(new URL(`golden/${name}.objects.yaml`, import.meta.url), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('are one pod, whatever the size', () => {
    for (const size of ['demo', 'small', 'medium', 'large'] as const) expect(podOf(render({ size })).replicas).toBe(1);
  });

  it('restart for the configuration and the secret, and for nothing that Tempo reads again by itself', () => {
    const plain = hashOf(render({ tenancy: { enabled: true, tenant: 'a' } }));
    expect(hashOf(render({ tenancy: { enabled: true, tenant: 'a' }, retention: '30d' }))).not.toBe(plain);
    expect(hashOf(partOf({ spec: { storage: S3 } }, { secret: () => present('access_key_id', 'secret_access_key') }).manifests)).not.toBe(hashOf(render({ storage: S3 })));
    const same: TracingStackSpec = {
      tenancy: { enabled: true, tenant: 'a' },
      limits: { ingestionRate: '1M' },
      tenants: [{ name: 'a', retention: '2d', limits: { maxBytesPerTrace: '1M' } }],
      tempo: { config: { overrides: { defaults: { read: { max_search_duration: '1h' } } } } },
      receivers: { from: [] },
      allowedNamespaces: ['*'],
      networkPolicy: { enabled: false },
    };
    expect(hashOf(render(same))).toBe(plain);
  });

  it('let every pod send, only Grafana ask, and nobody speak gRPC', () => {
    const rules = (spec: TracingStackSpec) =>
      (manifestNamed(partOf({ spec }).manifests, 'NetworkPolicy', 'traces-tempo') as unknown as { spec: { ingress: { from: object[]; ports: { port: string }[] }[] } }).spec.ingress
        .map(({ from, ports }) => `${JSON.stringify(from)} → ${ports.map(({ port }) => port).join(' ')}`);
    const grafana = '{"podSelector":{"matchLabels":{"app":"grafana"}}}';
    expect(rules({})).toEqual(['[{"namespaceSelector":{}}] → otlp-grpc otlp-http', `[${grafana}] → http`]);
    expect(rules({ receivers: { from: [{ podSelector: {} }] } })).toEqual(['[{"podSelector":{}}] → otlp-grpc otlp-http', `[${grafana}] → http`]);
    expect(rules({ receivers: { from: [] } })).toEqual([`[${grafana}] → http`]);
    expect(rules({ receivers: { from: [] }, networkPolicy: { from: [{ podSelector: {} }] } })).toEqual(['[{"podSelector":{}}] → otlp-grpc otlp-http', `[${grafana},{"podSelector":{}}] → http`]);
    const service = JSON.stringify(manifestNamed(render({}), 'Service', 'traces-tempo'));
    expect(service).not.toContain('9095');
  });

  it('expose what is on, and say where', () => {
    const names = (spec: TracingStackSpec) => partOf({ spec }).endpoints.map(({ name, url }) => `${name} ${url}`);
    expect(names({})).toEqual(['otlp-grpc http://traces-tempo.obs.svc:4317', 'otlp-http http://traces-tempo.obs.svc:4318', 'query http://traces-tempo.obs.svc:3200']);
    expect(names({ receivers: { jaeger: {}, zipkin: {} } })).toEqual(expect.arrayContaining([
      'jaeger-grpc traces-tempo.obs.svc:14250', 'jaeger-http http://traces-tempo.obs.svc:14268/api/traces', 'zipkin http://traces-tempo.obs.svc:9411/api/v2/spans',
    ]));
  });
});

describe('validation', () => {
  const codes = (raw: object) => validateTempo({ tempo: { config: { ...raw } } }).map(({ code, path }) => `${code} ${path}`);

  it('refuses raw configuration where a field owns the path, above it and below it', () => {
    expect(codes({ backend_worker: { compaction: { block_retention: '1h' } } })).toEqual(['PathOwned spec.tempo.config.backend_worker.compaction.block_retention']);
    expect(codes({ overrides: { defaults: { compaction: { block_retention: '1h' } } } })).toEqual(['PathOwned spec.tempo.config.overrides.defaults.compaction.block_retention']);
    expect(codes({ storage: { trace: { s3: { secret_key: 'x' } } } })).toEqual(['PathOwned spec.tempo.config.storage.trace.s3.secret_key']);
    expect(codes({ backend_worker: null })).toHaveLength(3);
    expect(codes({ backend_worker: { compaction: { max_block_bytes: 1 } } })).toEqual([]);
  });

  it('refuses the flat overrides of older versions, with which Tempo 3 does not start', () => {
    expect(codes({ overrides: { max_traces_per_user: 1 } })).toEqual(['InvalidOverride spec.tempo.config.overrides.max_traces_per_user']);
  });

  it('refuses versions that it does not know', () => {
    expect(validateTempo({ version: '2.10.8' })[0]).toMatchObject({ code: 'VersionUnsupported', path: 'spec.version' });
    expect(validateTempo({ version: '3.1.0' })).toEqual([]);
  });

  it('warns where the dashboards would look for the metrics of traces under another tenant', () => {
    const found = (tenant: string | undefined, remoteWrite: RemoteWrite) =>
      partOf({ spec: { ...GENERATOR, ...(tenant === undefined ? {} : { tenancy: { enabled: true, tenant } }) }, remoteWrite }).findings.map(({ code, severity }) => `${severity} ${code}`);
    const store = { ...MIMIR, tenancy: true, tenant: 'team' };
    expect(found('other', store)).toEqual(['warning TenantMismatch']);
    expect([...found('team', store), ...found(undefined, store), ...found('other', MIMIR)]).toEqual([]);
  });

  it('names the Secret of the storage', () => {
    expect(partOf({ spec: { storage: S3 } }).findings[0]).toMatchObject({ code: 'SecretMissing', path: 'spec.storage.s3.secretName' });
  });
});
