import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import type { LogStackSpec } from '../../api/logstack.ts';
import type { Manifest } from '../../base/object.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, present } from '../../testing/resources.ts';
import { elided } from '../../testing/elide.ts';
import { toYaml } from '../kit/yaml.ts';
import { lokiManifests } from './manifests.ts';
import { storageSecretFindings } from '../kit/objectstorage.ts';
import { validateLoki } from './validate.ts';

const S3 = { type: 's3', s3: { bucket: 'logs', endpoint: 'minio.minio:9000', insecure: true, secretName: 'bucket' } } as const;

/** Cases whose configuration is kept as a file, which the real Loki reads in test/programs. */
const CASES: Record<string, Partial<LogStackSpec>> = {
  filesystem: {},
  's3-three-replicas': { size: 'medium', retention: '31d', storage: { ...S3, prefix: 'team-a' }, tenancy: { enabled: true, tenant: 'team' } },
  'aws-workload-identity': { loki: { replicas: 3 }, storage: { type: 's3', s3: { bucket: 'logs', region: 'eu-west-1' } } },
  gcs: { retention: '7d', storage: { type: 'gcs', gcs: { bucket: 'logs', secretName: 'bucket' } } },
  azure: {
    storage: { type: 'azure', azure: { container: 'logs', accountName: 'account', secretName: 'bucket' } },
    loki: { config: { limits_config: { ingestion_rate_mb: 8 }, frontend: { log_queries_longer_than: '5s' } } },
  },
};

const render = (spec: Partial<LogStackSpec>, secretHash = ''): Manifest[] =>
  lokiManifests({
    owner: { kind: 'LogStack', namespace: 'obs', name: 'logs' },
    version: '3.7.8',
    spec: { backend: 'loki', ...spec },
    clients: [],
    secretHash,
  });

const config = (manifests: readonly Manifest[]): string => dataOf(manifestNamed(manifests, 'ConfigMap', 'logs-loki'), 'config.yaml');

const hashOf = (manifests: readonly Manifest[]): string =>
  (manifestNamed(manifests, 'StatefulSet', 'logs-loki') as unknown as { spec: { template: { metadata: { annotations: Record<string, string> } } } }).spec
    .template.metadata.annotations['lgtm-operator.io/config-hash'] ?? '';

describe('configuration', () => {
  it.each(Object.entries(CASES))('%s is as reviewed', (name, spec) => {
    expectGolden(new URL(`golden/${name}.yaml`, import.meta.url), config(render(spec)));
  });

  it('holds no secret and expands nothing but the one variable', () => {
    for (const spec of Object.values(CASES)) {
      expect([...new Set(config(render(spec)).match(/\$\{[^}]*\}/g) ?? [])]).toEqual(spec.storage?.type === 'azure' ? ['${AZURE_ACCOUNT_KEY}'] : []);
    }
  });

  it('doubles what Loki would otherwise expand', () => {
    const text = config(render({ ...CASES.azure, loki: { config: { limits_config: { x: 'a${HOME}b' } } } }));
    expect((load(text) as { limits_config: { x: string } }).limits_config.x).toBe('a$${HOME}b');
  });

  it('merges raw configuration, and removes by null', () => {
    const text = config(render({ loki: { config: { pattern_ingester: null, limits_config: { max_query_series: 9 } } } }));
    const parsed = load(text) as Record<string, Record<string, unknown>>;
    expect(parsed.pattern_ingester).toBeUndefined();
    expect(parsed.limits_config).toMatchObject({ max_query_series: 9, volume_enabled: true });
  });
});

describe('objects', () => {
  it.each(['filesystem', 's3-three-replicas'])('%s are as reviewed', (name) => {
    const objects = render(CASES[name] ?? {}).filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(new URL(`golden/${name}.objects.yaml`, import.meta.url), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('restart when the configuration or the secret changes, and only then', () => {
    const plain = hashOf(render({}));
    expect(hashOf(render({ retention: '30d' }))).not.toBe(plain);
    expect(hashOf(render({}, 'other'))).not.toBe(plain);
    expect(hashOf(render({ allowedNamespaces: ['*'], networkPolicy: { enabled: false } }))).toBe(plain);
  });
});

describe('validation', () => {
  it('refuses raw configuration where a field owns the path, above it and below it', () => {
    const codes = (raw: object) => validateLoki({ backend: 'loki', loki: { config: { ...raw } } }).map(({ code, path }) => `${code} ${path}`);
    expect(codes({ limits_config: { retention_period: '1h' } })).toEqual(['PathOwned spec.loki.config.limits_config.retention_period']);
    expect(codes({ schema_config: { configs: [] } })).toEqual(['PathOwned spec.loki.config.schema_config.configs']);
    expect(codes({ compactor: null })).toHaveLength(4);
    expect(codes({ limits_config: { max_query_series: 1 } })).toEqual([]);
  });

  it('names the Secret, and the key in it', () => {
    const check = (facts: ReturnType<typeof present> | { state: 'absent' }) => storageSecretFindings(S3, { owner: { kind: 'LogStack', namespace: 'obs', name: 'logs' }, secret: () => facts });
    expect(check({ state: 'absent' })[0]).toMatchObject({ code: 'SecretMissing', path: 'spec.storage.s3.secretName' });
    expect(check({ state: 'absent' })[0]?.message).toContain('obs/bucket');
    expect(check(present('access_key_id'))[0]).toMatchObject({ code: 'SecretKeyMissing' });
    expect(check(present('access_key_id'))[0]?.message).toContain('secret_access_key');
    expect(check(present('access_key_id', 'secret_access_key'))).toEqual([]);
  });

  it('refuses versions that it does not know', () => {
    expect(validateLoki({ backend: 'loki', version: '2.9.1' })[0]).toMatchObject({ code: 'VersionUnsupported', path: 'spec.version' });
  });
});
