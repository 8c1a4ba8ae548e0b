import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import type { MetricsStackSpec } from '../../src/api/metricsstack.ts';
import { mimirPart } from '../../src/components/mimir/part.ts';
import { dataOf, manifestNamed, stage } from '../../src/testing/resources.ts';
import { freePorts } from '../controlplane/ports.ts';
import { Daemon } from '../controlplane/process.ts';
import { OBTAIN_MS, program } from '../programs/program.ts';
import { type Drawn, drawnFrom, filesOf, SEED, specsOf } from './drawn.ts';
import { exampleManifests, readGolden } from './rendered.ts';

const execute = promisify(execFile);
const GOLDEN = new URL('../../src/components/mimir/golden/', import.meta.url);
const LOOPBACK = ['-memberlist.bind-addr=127.0.0.1', ...['distributor.ring', 'ingester.ring', 'compactor.ring', 'ruler.ring'].map((ring) => `-${ring}.instance-addr=127.0.0.1`)];

let mimir: string;
let folder: string;

beforeAll(async () => {
  mimir = await program('mimir');
  folder = await mkdtemp(join(tmpdir(), 'lgtm-mimir-'));
}, OBTAIN_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

const golden = async (suffix: string): Promise<string[]> => {
  const names = (await readdir(GOLDEN)).filter((name) => name.endsWith('.yaml') && !name.endsWith('.objects.yaml'));
  const wanted = names.filter((name) => name.endsWith('.overrides.yaml') === (suffix === '.overrides.yaml'));
  return Promise.all(wanted.map((name) => readGolden(GOLDEN, name)));
};

/** Mimir reads and checks all of a configuration before it lists its modules. Throws with what it says when it refuses. */
async function check(text: string): Promise<void> {
  const path = join(folder, 'config.yaml');
  await writeFile(path, text);
  const expand = text.includes('${AZURE_ACCOUNT_KEY}') ? ['-config.expand-env=true'] : [];
  const { stdout } = await execute(mimir, [`-config.file=${path}`, '-modules', ...expand], { env: { ...process.env, AZURE_ACCOUNT_KEY: 'a2V5' } });
  expect(stdout).toContain('store-gateway (in: all)');
}

/** The real Mimir reads every configuration and every file of limits that we render, and serves with them. */
describe('Mimir', () => {
  let specs: Drawn[];

  beforeAll(() => {
    specs = drawnFrom('MetricsStack', 60, SEED, specsOf('MetricsStack', { collection: {} }));
  }, 60_000);

  it('accepts every golden file', async () => {
    const texts = await golden('.yaml');
    expect(texts.length).toBeGreaterThanOrEqual(5);
    for (const text of texts) await check(text);
  }, 60_000);

  it('accepts what every example renders', async () => {
    const texts = [...(await exampleManifests()).values()].flatMap((manifests) => filesOf(manifests, 'mimir', 'config.yaml'));
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) await check(text);
  }, 60_000);

  it('accepts 60 specs drawn from the schema', async () => {
    for (const { plan } of specs) for (const text of filesOf(plan.manifests, 'mimir', 'config.yaml')) await check(text);
  }, 240_000);

  it('expands the key of Azure, and no other dollar', async () => {
    const spec: MetricsStackSpec = {
      storage: { type: 'azure', azure: { container: 'metrics', accountName: 'account', secretName: 'bucket' } },
      mimir: { config: { usage_stats: { installation_mode: '$HOME' } } },
    };
    const text = dataOf(manifestNamed(mimirPart(stage(), spec, []).manifests, 'ConfigMap', 'logs-mimir'), 'config.yaml');
    await expect(check(text)).rejects.toThrow('$HOME');
  });

  /** Each spoils the configuration of three replicas with tenants in one section. */
  it.each<[string, RegExp | string, string]>([
    ['an unknown section', 'usage_stats:', 'usage_stat:'],
    ['an unknown field', 'accept_ha_samples:', 'accept_ha_sample:'],
    ['tenancy that is neither on nor off', 'multitenancy_enabled: true', 'multitenancy_enabled: maybe'],
    ['a port that is none', 'http_listen_port: 8080', 'http_listen_port: http'],
    ['an ingest storage without Kafka', 'ingest_storage:\n  enabled: false', 'ingest_storage:\n  enabled: true'],
    ['an ingester that nobody can push to', 'push_grpc_method_enabled: true', 'push_grpc_method_enabled: false'],
    ['a queue without a length', 'max_outstanding_requests_per_tenant: 800', 'max_outstanding_requests_per_tenant: many'],
    ['a limit that is none', 'max_global_series_per_user: 600000', 'max_global_series_per_user: lots'],
    ['a retention that is none', 'compactor_blocks_retention_period: 90d', 'compactor_blocks_retention_period: 90x'],
    ['a runtime file under another name', 'runtime_config:\n  file:', 'runtime_config:\n  flie:'],
    ['an interval in words', 'rejoin_interval: 1m', 'rejoin_interval: 1 minute'],
    ['a store that does not exist', 'backend: s3', 'backend: s4'],
    ['a bucket that begins the endpoint', 'endpoint: minio.minio:9000', 'endpoint: metrics.minio:9000'],
    ['a lookup that does not exist', 'bucket_lookup_type: path', 'bucket_lookup_type: paths'],
    ['a prefix with a dash', 'storage_prefix: teamAblocks', 'storage_prefix: team-Ablocks'],
    ['rules where the blocks are', 'storage_prefix: teamAruler', 'storage_prefix: teamAblocks'],
    ['alerts where the blocks are', 'storage_prefix: teamAalertmanager', 'storage_prefix: teamAblocks'],
    ['rules in the folder of the samples', 'rule_path: /data/ruler-local', 'rule_path: /data/tsdb/rules'],
    ['a tracker without a switch', 'enable_ha_tracker: true', 'enable_ha_tracker: 2'],
    ['a replication factor in words', 'replication_factor: 3', 'replication_factor: three'],
    ['tokens under another name', 'tokens_file_path:', 'token_file_path:'],
    ['block ranges that do not divide each other', '- 12h', '- 11h'],
    ['a day in a duration of Go', 'deletion_delay: 2h', 'deletion_delay: 1d'],
    ['a ruler without a ring', 'ruler:\n  ring:', 'ruler:\n  rings:'],
    ['an address that is none', 'external_url: http:', 'external_url: ht tp:'],
    ['a lookback that is none', 'query_store_after: 12h', 'query_store_after: twelve'],
    ['an activity log under another name', 'activity_tracker:\n  filepath:', 'activity_tracker:\n  path:'],
  ])('refuses %s', async (_name, good, bad) => {
    const text = await readGolden(GOLDEN, 's3-three-tenants.yaml');
    const spoilt = text.replace(good, bad);
    expect(spoilt).not.toBe(text);
    await expect(check(spoilt)).rejects.toThrow(/error (loading|validating) config|invalid/);
  });

  describe('overrides', () => {
    let runs = 0;

    /** A Mimir that does nothing but read runtime files. */
    async function reader(texts: readonly string[]): Promise<{ daemon: Daemon; url: string }> {
      const [http, grpc, gossip] = await freePorts(3);
      const run = (runs += 1);
      const paths = await Promise.all(texts.map(async (text, index) => {
        const path = join(folder, `runtime-${run}-${index}.yaml`);
        await writeFile(path, text);
        return path;
      }));
      const args = [
        '-target=overrides-exporter', `-runtime-config.file=${paths.join(',')}`, '-usage-stats.enabled=false', `-activity-tracker.filepath=${join(folder, `activity-${run}`)}`,
        `-server.http-listen-port=${http}`, `-server.grpc-listen-port=${grpc}`, `-memberlist.bind-port=${gossip}`, '-memberlist.bind-addr=127.0.0.1',
        `-common.storage.filesystem.dir=${folder}`,
      ];
      return { daemon: new Daemon({ name: 'mimir', program: mimir, args, log: join(folder, `reader-${run}.log`) }), url: `http://127.0.0.1:${http}` };
    }

    it('accepts those of every golden file and of every drawn spec', async () => {
      const texts = [...(await golden('.overrides.yaml')), ...specs.flatMap(({ plan }) => filesOf(plan.manifests, 'mimir', 'overrides.yaml'))];
      expect(texts.length).toBeGreaterThanOrEqual(65);
      const { daemon, url } = await reader(texts);
      await daemon.ready(async () => (await fetch(`${url}/ready`)).ok);
      const read = load(await (await fetch(`${url}/runtime_config`)).text()) as { overrides: Record<string, object> };
      await daemon.stop();
      const tenants = texts.flatMap((text) => Object.keys((load(text) as { overrides: object }).overrides));
      expect(Object.keys(read.overrides)).toEqual(expect.arrayContaining(tenants));
    }, 90_000);

    it.each([
      ['an unknown limit', 'max_global_series_per_user: 300000', 'max_series: 300000'],
      ['a rate in words', 'ingestion_rate: 90000', 'ingestion_rate: fast'],
      ['a window that is none', 'out_of_order_time_window: 30m', 'out_of_order_time_window: half an hour'],
      ['a section that does not exist', 'overrides:', 'override:'],
    ])('refuses %s', async (_name, good, bad) => {
      const text = await readGolden(GOLDEN, 's3-three-tenants.overrides.yaml');
      expect(text).toContain(good);
      const { daemon } = await reader([text.replace(good, bad)]);
      await daemon.ended;
      expect(await readFile(daemon.log, 'utf8')).toContain('failed to load runtime config');
    }, 60_000);
  });

  describe('started', () => {
    const SPEC: MetricsStackSpec = { size: 'demo', retention: '30d', limits: { maxSeries: 1000 }, tenancy: { enabled: true, tenant: 'team' } };
    let daemon: Daemon;
    let url: string;

    const files = (spec: MetricsStackSpec): { config: string; overrides: string } => {
      const { manifests } = mimirPart(stage({ owner: { kind: 'MetricsStack', namespace: 'obs', name: 'metrics' }, size: 'demo' }), spec, []);
      return {
        config: dataOf(manifestNamed(manifests, 'ConfigMap', 'metrics-mimir'), 'config.yaml'),
        overrides: dataOf(manifestNamed(manifests, 'ConfigMap', 'metrics-mimir-runtime'), 'overrides.yaml'),
      };
    };

    const overrides = (spec: MetricsStackSpec): Promise<void> => writeFile(join(folder, 'runtime', 'overrides.yaml'), files(spec).overrides);

    const get = async (path: string, tenant = 'team'): Promise<unknown> => (await fetch(`${url}${path}`, { headers: { 'X-Scope-OrgID': tenant } })).json();

    beforeAll(async () => {
      const [http, grpc, gossip] = await freePorts(3);
      url = `http://127.0.0.1:${http}`;
      for (const name of ['runtime', 'data']) await mkdir(join(folder, name), { recursive: true });
      await overrides(SPEC);
      const text = files(SPEC).config.replaceAll('/data', join(folder, 'data')).replaceAll('/etc/mimir/runtime', join(folder, 'runtime')).replaceAll('8080', `${http}`).replaceAll('9095', `${grpc}`);
      await writeFile(join(folder, 'started.yaml'), text);
      const args = [`-config.file=${join(folder, 'started.yaml')}`, `-memberlist.bind-port=${gossip}`, ...LOOPBACK, '-ingester.ring.min-ready-duration=0', '-runtime-config.reload-period=1s'];
      daemon = new Daemon({ name: 'mimir', program: mimir, args, log: join(folder, 'started.log') });
      await daemon.ready(async () => (await fetch(`${url}/ready`)).ok, 120_000);
    }, 150_000);
    afterAll(() => daemon.stop());

    const pushed = (name: string, labels: Record<string, string>, value: number): string => {
      const attributes = Object.entries(labels).map(([key, text]) => ({ key, value: { stringValue: text } }));
      const gauge = { dataPoints: [{ timeUnixNano: `${Date.now()}000000`, asDouble: value, attributes }] };
      return JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name, gauge }] }] }] });
    };

    const push = async (body: string): Promise<number> =>
      (await fetch(`${url}/otlp/v1/metrics`, { method: 'POST', headers: { 'content-type': 'application/json', 'X-Scope-OrgID': 'team' }, body })).status;

    const series = async (query: string, tenant = 'team'): Promise<unknown[]> => {
      const answer = (await get(`/prometheus/api/v1/query?query=${encodeURIComponent(query)}`, tenant)) as { data: { result: unknown[] } };
      return answer.data.result;
    };

    it('takes a sample, and gives it back to its tenant only', async () => {
      expect(await push(pushed('orders', { region: 'eu' }, 7))).toBe(200);
      expect(await series('orders')).toMatchObject([{ metric: { __name__: 'orders', region: 'eu' }, value: [expect.anything(), '7'] }]);
      expect(await series('orders', 'other')).toEqual([]);
      expect((await fetch(`${url}/prometheus/api/v1/query?query=orders`)).status).toBe(401);
    });

    it('takes exemplars', async () => {
      const now = `${Date.now()}000000`;
      const exemplars = [{ timeUnixNano: now, asDouble: 1, traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }];
      const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ timeUnixNano: now, asDouble: 1, exemplars }] };
      expect(await push(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'calls', sum }] }] }] }))).toBe(200);
      const second = Math.floor(Date.now() / 1000);
      const answer = await get(`/prometheus/api/v1/query_exemplars?query=${encodeURIComponent('{__name__=~"calls.*"}')}&start=${second - 60}&end=${second + 60}`);
      expect(answer).toMatchObject({ data: [{ exemplars: [{ labels: { trace_id: '0af7651916cd43dd8448eb211c80319c' } }] }] });
    });

    it('takes the samples of one replica of a pair, and drops those of the other', async () => {
      const statuses: number[] = [];
      for (const replica of ['a', 'b']) statuses.push(await push(pushed(`from_${replica}`, { cluster: 'pair', __replica__: replica }, 1)));
      expect(statuses).toEqual([200, 202]);
      expect(await series('{__name__=~"from_.*"}')).toMatchObject([{ metric: { __name__: 'from_a', cluster: 'pair' } }]);
    });

    it('has an Alertmanager that takes alerts, and a ruler that takes rules', async () => {
      expect(await get('/alertmanager/api/v2/status')).toMatchObject({ cluster: { status: 'ready' } });
      const rules = 'name: shop\nrules:\n  - {alert: Orders, expr: orders > 1}\n';
      const stored = await fetch(`${url}/prometheus/config/v1/rules/shop`, { method: 'POST', headers: { 'X-Scope-OrgID': 'team', 'content-type': 'application/yaml' }, body: rules });
      expect(stored.status).toBe(202);
    });

    it('reads changed limits without a restart', async () => {
      const limit = async (): Promise<unknown> => ((await get('/api/v1/user_limits')) as Record<string, unknown>).max_global_series_per_user;
      expect(await limit()).toBe(1000);
      await overrides({ ...SPEC, limits: { maxSeries: 2000 } });
      await daemon.ready(async () => (await limit()) === 2000);
      expect(daemon.running).toBe(true);
    }, 90_000);
  });
});
