import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { MetricsStackSpec } from '../../api/metricsstack.ts';
import type { KubeObject, Manifest } from '../../base/object.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, present, stage } from '../../testing/resources.ts';
import { isTree, type Tree } from '../kit/merge.ts';
import type { Stage } from '../kit/stage.ts';
import { toYaml } from '../kit/yaml.ts';
import { mimirConfig } from './config.ts';
import { COMPACTION, LOOKBACK, SIZE_LIMITS } from './defaults.ts';
import { mimirPart, mimirTarget } from './part.ts';
import { unexpanded } from './storage.ts';

const S3 = { type: 's3', s3: { bucket: 'metrics', endpoint: 'minio.minio:9000', insecure: true, secretName: 'bucket' } } as const;

const AZURE = { type: 'azure', azure: { container: 'metrics', accountName: 'account', secretName: 'bucket' } } as const;

/** Cases whose configuration is kept as a file, which the real Mimir reads (test/configuration). */
const CASES: Record<string, MetricsStackSpec> = {
  filesystem: {},
  's3-three-tenants': {
    size: 'medium',
    retention: '90d',
    storage: { ...S3, prefix: 'teamA' },
    tenancy: { enabled: true, tenant: 'team' },
    limits: { maxSeries: 300_000, ingestionRate: 90_000, outOfOrderWindow: '30m' },
    tenants: [{ name: 'team', retention: '30d' }, { name: 'other', limits: { maxSeries: 1000, maxExemplars: 0, maxLabelsPerSeries: 40, maxRuleGroups: 100, maxRulesPerGroup: 50 } }],
    alertmanager: { configSecretName: 'alerts' },
  },
  gcs: { retention: '1y', storage: { type: 'gcs', gcs: { bucket: 'metrics', secretName: 'bucket' } }, alertmanager: { enabled: false } },
  azure: { size: 'large', storage: AZURE, mimir: { replicas: 5, config: { limits: { max_query_lookback: '30d', ruler_recording_rules_evaluation_enabled: true }, api: { skip_label_name_validation_header_enabled: true } } } },
  'aws-workload-identity': { storage: { type: 's3', s3: { bucket: 'metrics', region: 'eu-central-1' } }, mimir: { serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/metrics' } } },
};

const OWNER = { kind: 'MetricsStack', namespace: 'obs', name: 'metrics' };

const GRAFANA = { podSelector: { matchLabels: { app: 'grafana' } } };

const partOf = (spec: MetricsStackSpec, over: Partial<Stage> = {}) =>
  mimirPart(stage({ owner: OWNER, size: spec.size ?? 'small', networkPolicy: spec.networkPolicy, images: spec.images, ...over }), spec, [GRAFANA]);

const render = (spec: MetricsStackSpec): readonly Manifest[] => partOf(spec).manifests;

const config = (manifests: readonly Manifest[]): string => dataOf(manifestNamed(manifests, 'ConfigMap', 'metrics-mimir'), 'config.yaml');
const runtime = (manifests: readonly Manifest[]): string => dataOf(manifestNamed(manifests, 'ConfigMap', 'metrics-mimir-runtime'), 'overrides.yaml');

const at = (tree: unknown, path: string): unknown => path.split('.').reduce<unknown>((inner, key) => (isTree(inner) ? inner[key] : undefined), tree);

const setting = (spec: MetricsStackSpec, path: string): unknown => at(load(config(render(spec))), path);
const overrides = (spec: MetricsStackSpec): unknown => (load(runtime(render(spec))) as Tree).overrides;

interface Workload {
  spec: {
    replicas: number;
    template: { metadata: { annotations: Record<string, string> }; spec: { terminationGracePeriodSeconds: number; containers: { args: string[]; env: { name: string; valueFrom?: object }[] }[] } };
  };
}

const workloadOf = (manifests: readonly Manifest[]): Workload['spec'] => (manifestNamed(manifests, 'StatefulSet', 'metrics-mimir') as unknown as Workload).spec;

const hashOf = (manifests: readonly Manifest[]): string => workloadOf(manifests).template.metadata.annotations['lgtm-operator.io/config-hash'] ?? '';

const milliseconds = (text: unknown): number => Number(/^(\d+)h$/.exec(String(text))?.[1]) * 3_600_000;

describe('configuration', () => {
  it.each(Object.entries(CASES))('%s is as reviewed', (name, spec) => {
    const manifests = render(spec);
    expectGolden(new URL(`golden/${name}.yaml`, import.meta.url), config(manifests));
    expectGolden(new URL(`golden/${name}.overrides.yaml`, import.meta.url), runtime(manifests));
  });

  it('asks for the Alertmanager, which `all` leaves out, unless it is not wanted', () => {
    expect(setting({}, 'target')).toBe('all,alertmanager');
    expect(setting({}, 'limits.ruler_alertmanager_client_config.alertmanager_url')).toBe('http://127.0.0.1:8080/alertmanager');
    const without = { alertmanager: { enabled: false } };
    expect([setting(without, 'target'), setting(without, 'alertmanager'), setting(without, 'alertmanager_storage')]).toEqual(['all', undefined, undefined]);
  });

  it('gives each ring its factor: one pod holds a series once, more hold it three times', () => {
    const factors = (spec: MetricsStackSpec) =>
      ['ingester.ring', 'store_gateway.sharding_ring', 'alertmanager.sharding_ring'].map((ring) => setting(spec, `${ring}.replication_factor`));
    expect(factors({})).toEqual([1, 1, 1]);
    expect(factors({ storage: S3 })).toEqual([1, 1, 1]);
    for (const replicas of [3, 4, 7]) expect(factors({ storage: S3, mimir: { replicas } })).toEqual([3, 3, 3]);
  });

  it('keeps rings of other products out', () => {
    expect(setting({}, 'memberlist')).toEqual({ cluster_label: 'obs.metrics.mimir' });
    expect(setting({ storage: S3, mimir: { replicas: 3 } }, 'memberlist')).toMatchObject({ cluster_label: 'obs.metrics.mimir', join_members: ['dns+metrics-mimir-headless.obs.svc:7946'] });
  });

  it('keeps blocks, rules and alerts apart, by prefixes of letters and digits, or by folders', () => {
    const places = (spec: MetricsStackSpec) => ['blocks', 'ruler', 'alertmanager'].map((store) => setting(spec, `${store}_storage.storage_prefix`) ?? setting(spec, `${store}_storage.filesystem.dir`));
    expect(places({})).toEqual(['/data/blocks', '/data/ruler', '/data/alertmanager']);
    expect(places({ storage: S3 })).toEqual(['blocks', 'ruler', 'alertmanager']);
    expect(places({ storage: { ...S3, prefix: 'teamA' } })).toEqual(['teamAblocks', 'teamAruler', 'teamAalertmanager']);
  });

  it('asks ingesters for longer than they are needed, and keeps a marked block for longer than the index may be old', () => {
    expect(milliseconds(setting({}, 'blocks_storage.tsdb.retention_period'))).toBeGreaterThan(milliseconds(setting({}, 'querier.query_store_after')));
    expect(LOOKBACK.ingesterRetention).toBeGreaterThan(LOOKBACK.queryStoreAfter);
    expect(COMPACTION.deletionDelay).toBeGreaterThan(3_600_000);
  });

  it('has a retention, or keeps everything', () => {
    expect(setting({ retention: '1w2d' }, 'limits.compactor_blocks_retention_period')).toBe('9d');
    expect(setting({}, 'limits.compactor_blocks_retention_period')).toBe('0s');
  });

  it('says that it is classic, and reports nothing to anybody', () => {
    expect([setting({}, 'ingest_storage.enabled'), setting({}, 'ingester.push_grpc_method_enabled'), setting({}, 'usage_stats.enabled')]).toEqual([false, true, false]);
  });

  it('takes exemplars and one replica of a pair, whoever writes: a TracingStack or a pair that comes later restarts nothing', () => {
    for (const size of ['demo', 'small', 'medium', 'large'] as const) expect(setting({ size }, 'limits.max_global_exemplars_per_user')).toBeGreaterThan(0);
    expect([setting({}, 'distributor.ha_tracker.enable_ha_tracker'), setting({}, 'limits.accept_ha_samples')]).toEqual([true, true]);
    expect(mimirTarget(OWNER, {})).toEqual({ pushUrl: 'http://metrics-mimir.obs.svc:8080/api/v1/push', tenant: undefined, ha: true });
    expect(mimirTarget(OWNER, { tenancy: { enabled: true, tenant: 'team' } }).tenant).toBe('team');
    expect(mimirTarget(OWNER, { tenancy: { enabled: false, tenant: 'team' } }).tenant).toBeUndefined();
  });

  it('holds no secret', () => {
    for (const spec of Object.values(CASES)) expect(config(render(spec))).not.toMatch(/secret_access_key|service_account|account_key: (?!\$\{AZURE_ACCOUNT_KEY\}\n)/);
  });

  it('expands nothing but the key of Azure, and only where there is one', () => {
    const argsOf = (spec: MetricsStackSpec) => workloadOf(render(spec)).template.spec.containers[0]?.args.join(' ');
    expect(argsOf({ storage: AZURE })).toContain('-config.expand-env=true');
    for (const name of ['filesystem', 's3-three-tenants', 'gcs', 'aws-workload-identity']) expect(argsOf(CASES[name] ?? {})).not.toContain('expand-env');
    expect(workloadOf(render({ storage: AZURE })).template.spec.containers[0]?.env).toContainEqual({ name: 'AZURE_ACCOUNT_KEY', valueFrom: { secretKeyRef: { name: 'bucket', key: 'account_key' } } });
  });
});

/** As Go's os.Expand does it, with Mimir's defaults after a colon. */
const expanded = (text: string): string =>
  text.replace(/\$(?:\{([^}]*)\}|([A-Za-z0-9_]+|[*#$@!?-]))/g, (_all, braced: string | undefined) => {
    const [name = '', ...rest] = (braced ?? '').split(':');
    return name === 'AZURE_ACCOUNT_KEY' ? 'the-key' : rest.join(':');
  });

/** Only the text of the configuration, for many cases. */
const text = (spec: MetricsStackSpec): string => toYaml(mimirConfig({ stage: stage({ owner: OWNER }), version: '3.1.4', spec, clients: [], secretHash: '' }));

describe('hostile strings', () => {
  it('stay strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (hostile) => {
        const read = load(text({ mimir: { config: { ruler: { external_url: hostile, notes: [hostile] } } } }));
        expect(at(read, 'ruler')).toMatchObject({ external_url: hostile, notes: [hostile] });
      }),
      { numRuns: 1000 },
    );
  });

  it('stay strings where Mimir expands variables, as values and as keys', () => {
    const piece = fc.constantFrom('$', '{', '}', ':', '${AZURE_ACCOUNT_KEY}', '$HOME', '${X:y}', ' ', '#', "'", '"', '\n', '\\', '-', 'a');
    const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')));
    fc.assert(
      fc.property(texts, (hostile) => {
        const key = `k${hostile}`;
        const read = load(expanded(text({ storage: AZURE, mimir: { config: { ruler: { external_url: hostile, [key]: 1 } } } })));
        expect(at(read, 'ruler')).toMatchObject({ external_url: hostile, [key]: 1 });
        expect(at(read, 'common.storage.azure.account_key')).toBe('the-key');
      }),
      { numRuns: 1000 },
    );
  });

  it('lose nothing that is no text', () => {
    expect(unexpanded({ a: [1, true, null, { b: 'c' }] })).toEqual({ a: [1, true, null, { b: 'c' }] });
  });
});

describe('overrides', () => {
  const spec: MetricsStackSpec = {
    tenancy: { enabled: true, tenant: 'a' },
    limits: { maxSeries: 7, ingestionRate: 100_000 },
    tenants: [{ name: 'b', retention: '3d', limits: { maxSeries: 9, ingestionBurst: 5 } }],
  };

  it('are for the one tenant that there is while there are none', () => {
    expect(overrides({})).toEqual({});
    expect(overrides({ limits: { maxSeries: 7 } })).toEqual({ anonymous: { max_global_series_per_user: 7 } });
    expect(overrides({ limits: { maxSeries: 7 }, tenancy: { enabled: false, tenant: 'a' } })).toEqual({ anonymous: { max_global_series_per_user: 7 } });
  });

  it('are for every tenant that is named, with its own on top', () => {
    expect(overrides(spec)).toEqual({
      a: { max_global_series_per_user: 7, ingestion_rate: 100_000, ingestion_burst_size: 1_000_000 },
      b: { max_global_series_per_user: 9, ingestion_rate: 100_000, ingestion_burst_size: 5, compactor_blocks_retention_period: '3d' },
    });
    expect(overrides({ ...spec, tenants: [{ name: 'a', limits: { maxSeries: 1 } }] })).toEqual({ a: { max_global_series_per_user: 1, ingestion_rate: 100_000, ingestion_burst_size: 1_000_000 } });
  });

  it('never lower the burst below that of the size', () => {
    expect(overrides({ limits: { ingestionRate: 10 } })).toEqual({ anonymous: { ingestion_rate: 10, ingestion_burst_size: SIZE_LIMITS.small.ingestion_burst_size } });
  });
});

describe('objects', () => {
  it.each(['filesystem', 's3-three-tenants'])('%s are as reviewed', (name) => {
    const objects = render(CASES[name] ?? {}).filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(new URL(`golden/${name}.objects.yaml`, import.meta.url), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('are as many pods as the size wants, and one on a filesystem', () => {
    expect([workloadOf(render({ size: 'large' })).replicas, workloadOf(render({ size: 'large', storage: S3 })).replicas]).toEqual([1, 3]);
  });

  it('restart for the configuration and the secrets, and for nothing that Mimir reads again by itself', () => {
    const base: MetricsStackSpec = { tenancy: { enabled: true, tenant: 'a' } };
    const plain = hashOf(render(base));
    expect(hashOf(render({ ...base, retention: '30d' }))).not.toBe(plain);
    expect(hashOf(partOf({ storage: S3 }, { secret: () => present('access_key_id') }).manifests)).not.toBe(hashOf(render({ storage: S3 })));
    const own = { alertmanager: { configSecretName: 'alerts' } };
    expect(hashOf(partOf(own, { secret: () => present('alertmanager.yaml') }).manifests)).not.toBe(hashOf(render(own)));
    const same: MetricsStackSpec = {
      ...base,
      limits: { maxSeries: 1, ingestionRate: 1, ingestionBurst: 1, maxExemplars: 1, outOfOrderWindow: '1h', maxLabelsPerSeries: 1, maxRuleGroups: 1, maxRulesPerGroup: 1 },
      tenants: [{ name: 'b', retention: '2d', limits: { maxSeries: 2 } }],
      collection: { prometheus: { ha: true } },
      allowedNamespaces: ['*'],
      networkPolicy: { enabled: false },
    };
    expect(hashOf(render(same))).toBe(plain);
  });

  it('let the wired pods reach HTTP, and nobody but Mimir itself the rest', () => {
    const rules = (spec: MetricsStackSpec) =>
      (manifestNamed(render(spec), 'NetworkPolicy', 'metrics-mimir') as unknown as { spec: { ingress: { from: object[]; ports: { port: string }[] }[] } }).spec.ingress
        .map(({ from, ports }) => `${from.length} ${ports.map(({ port }) => port).join(' ')}`);
    expect(rules({})).toEqual(['1 http']);
    expect(rules({ networkPolicy: { from: [{ podSelector: {} }] } })).toEqual(['2 http']);
    expect(rules({ storage: S3, mimir: { replicas: 3 } })).toEqual(['1 http grpc gossip', '1 http']);
    expect(render({ networkPolicy: { enabled: false } }).some(({ kind }) => kind === 'NetworkPolicy')).toBe(false);
    expect(JSON.stringify(manifestNamed(render({}), 'Service', 'metrics-mimir'))).not.toContain('9095');
  });

  it('say where to write, ask and alert', () => {
    const urls = (spec: MetricsStackSpec) => partOf(spec).endpoints.map(({ name, url }) => `${name} ${url.replace('http://metrics-mimir.obs.svc:8080', '')}`);
    expect(urls({})).toEqual(['push /api/v1/push', 'otlp /otlp', 'query /prometheus', 'alertmanager /alertmanager']);
    expect(urls({ alertmanager: { enabled: false } })).toEqual(['push /api/v1/push', 'otlp /otlp', 'query /prometheus']);
  });

  it('mount the Secret with the configuration of the Alertmanager that the user names', () => {
    const own = { alertmanager: { configSecretName: 'alerts' } };
    expect(JSON.stringify(workloadOf(render(own)))).toContain('"secretName":"alerts"');
    expect(setting(own, 'alertmanager.fallback_config_file')).toBe('/etc/mimir/alertmanager/alertmanager.yaml');
    for (const spec of [{}, { alertmanager: { ...own.alertmanager, enabled: false } }]) expect(JSON.stringify(workloadOf(render(spec)))).not.toContain('"secretName"');
  });
});

describe('validation', () => {
  const found = (spec: MetricsStackSpec, over: Partial<Stage> = {}) => partOf(spec, over).findings.map(({ code, path }) => `${code} ${path}`);
  const raw = (tree: Tree) => found({ mimir: { config: tree } });

  it('refuses raw configuration where a field owns the path, above it and below it', () => {
    expect(raw({ limits: { compactor_blocks_retention_period: '1h' } })).toEqual(['PathOwned spec.mimir.config.limits.compactor_blocks_retention_period']);
    expect(raw({ ruler_storage: { s3: { secret_access_key: 'x' } } })).toEqual(['PathOwned spec.mimir.config.ruler_storage.s3.secret_access_key']);
    expect(raw({ ingester: { ring: { replication_factor: 2 } } })).toEqual(['PathOwned spec.mimir.config.ingester.ring.replication_factor']);
    expect(raw({ ingest_storage: null })).toEqual(['PathOwned spec.mimir.config.ingest_storage']);
    expect(raw({ limits: { max_query_lookback: '1d' }, common: { storage: { s3: { sse: { type: 'SSE-S3' } } } } })).toEqual([]);
  });

  it('refuses versions that it does not know', () => {
    expect(found({ version: '2.17.0' })).toEqual(['VersionUnsupported spec.version']);
    for (const version of ['3.0.6', '3.1.4', '3.2.1']) expect(found({ version })).toEqual([]);
  });

  it('names the Secrets of the storage and of the Alertmanager', () => {
    expect(found({ storage: S3, alertmanager: { configSecretName: 'alerts' } })).toEqual(['SecretMissing spec.storage.s3.secretName', 'SecretMissing spec.alertmanager.configSecretName']);
    expect(found({ alertmanager: { configSecretName: 'alerts' } }, { secret: () => present('other') })).toEqual(['SecretKeyMissing spec.alertmanager.configSecretName']);
    expect(found({ alertmanager: { configSecretName: 'alerts', enabled: false } })).toEqual([]);
  });

  it('takes no pods away', () => {
    const live = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'metrics-mimir' }, spec: { replicas: 5 } } as unknown as KubeObject;
    const three = { storage: { ...S3, s3: { bucket: 'metrics', region: 'r' } }, mimir: { replicas: 3 } };
    expect(found(three, { child: () => live })).toEqual(['ScaleDownUnsupported spec.mimir.replicas']);
    expect(found({ ...three, mimir: { replicas: 5 } }, { child: () => live })).toEqual([]);
  });
});
