import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { PrometheusSpec } from '../../api/collectors/prometheus.ts';
import { prometheus } from '../../api/collectors/prometheus.ts';
import { scrapeInterval } from '../../api/scraping.ts';
import type { Manifest } from '../../base/object.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, stage } from '../../testing/resources.ts';
import type { MetricsTarget } from '../kit/metrics-target.ts';
import { toYaml } from '../kit/yaml.ts';
import { prometheusPart } from './part.ts';
import { validatePrometheus } from './validate.ts';

const OWNER = { kind: 'MetricsStack', namespace: 'obs', name: 'metrics' };
const TARGET: MetricsTarget = { pushUrl: 'http://metrics-mimir.obs.svc:8080/api/v1/push', tenant: undefined, ha: false };

const render = (spec: PrometheusSpec, target: Partial<MetricsTarget> = {}): readonly Manifest[] =>
  prometheusPart(stage({ owner: OWNER }), spec, { ...TARGET, ha: spec.ha ?? false, ...target }).manifests;

const text = (manifests: readonly Manifest[]): string => dataOf(manifestNamed(manifests, 'ConfigMap', 'metrics-prometheus'), 'prometheus.yml');

/** Cases whose configuration is kept as a file, which the real promtool reads in test/configuration. */
const CASES: Record<string, { spec: PrometheusSpec; tenant?: string }> = {
  agent: { spec: {} },
  'server-pair': {
    spec: {
      mode: 'server', ha: true, localRetention: '12h', scrapeInterval: '15s', externalLabels: { region: 'eu' },
      additionalScrapeConfigs: [{ job_name: 'static', static_configs: [{ targets: ['gateway.infra:9091'] }] }],
      config: { rule_files: ['/etc/rules/*.yaml'], runtime: { gogc: 50 } },
    },
    tenant: 'team',
  },
  'agent-narrow': {
    spec: {
      clusterName: 'eu-1',
      targets: { insecureKubelets: true, apiServer: false, components: false, namespaces: { include: ['a', 'b'], exclude: ['b', 'kube-system'] } },
    },
  },
};

interface Config {
  global: { external_labels?: Record<string, string> };
  scrape_configs: { job_name: string; tls_config?: { insecure_skip_verify?: boolean }; authorization?: unknown; relabel_configs: Record<string, unknown>[] }[];
  remote_write: { headers?: Record<string, string>; write_relabel_configs?: unknown[] }[];
}

const config = (spec: PrometheusSpec, target: Partial<MetricsTarget> = {}): Config => load(text(render(spec, target))) as Config;

interface Workload {
  spec: { replicas: number; template: { metadata: { annotations: Record<string, string> }; spec: { containers: { args: string[] }[] } } };
}

/** Small, for a thousand renderings. */
const NONE: PrometheusSpec['targets'] = { kubelet: false, cadvisor: false, apiServer: false, annotatedPods: false, components: false };

const workload = (spec: PrometheusSpec): Workload => manifestNamed(render(spec), 'StatefulSet', 'metrics-prometheus') as unknown as Workload;

describe('configuration', () => {
  it.each(Object.entries(CASES))('%s is as reviewed', (name, { spec, tenant }) => {
    expect(prometheus.safeParse(spec).success).toBe(true);
    expect(validatePrometheus(spec)).toEqual([]);
    expectGolden(new URL(`golden/${name}.yaml`, import.meta.url), text(render(spec, { tenant })));
  });

  it('names the pair and the pod of it as the HA tracker wants them, and only for a pair', () => {
    expect(config({ ha: true }).global.external_labels).toEqual({ cluster: 'obs-metrics', __replica__: '${POD_NAME}' });
    expect(config({ ha: true, clusterName: 'eu' }).global.external_labels).toEqual({ cluster: 'eu', __replica__: '${POD_NAME}' });
    expect(config({}).global.external_labels).toBeUndefined();
    expect(config({}).remote_write[0]?.write_relabel_configs).toBeUndefined();
  });

  it('sends the tenant, and no header without one', () => {
    expect(config({}, { tenant: 'team' }).remote_write[0]?.headers).toEqual({ 'X-Scope-OrgID': 'team' });
    expect(config({}).remote_write[0]?.headers).toBeUndefined();
  });

  it('sends the token to nobody who is not of the cluster, unless told so', () => {
    const jobs = (spec: PrometheusSpec) => config(spec).scrape_configs.filter(({ authorization }) => authorization !== undefined);
    expect(jobs({}).map(({ job_name }) => job_name)).toEqual(['kubelet', 'cadvisor', 'kube-apiserver']);
    expect(jobs({}).every(({ tls_config }) => tls_config?.insecure_skip_verify === undefined)).toBe(true);
    const waived = jobs({ targets: { insecureKubelets: true } }).filter(({ tls_config }) => tls_config?.insecure_skip_verify);
    expect(waived.map(({ job_name }) => job_name)).toEqual(['kubelet', 'cadvisor']);
  });

  it('scrapes nothing by itself when told so', () => {
    expect(config({ targets: NONE }).scrape_configs).toEqual([]);
  });

  it('expands nothing that a user wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const escaped = config({ targets: NONE, externalLabels: { a: value.toWellFormed() } }).global.external_labels?.a ?? '';
        // What Go's os.Expand makes of it, where every variable is empty.
        expect(escaped.replaceAll(/\$(\$|\{[^}]*\}|\w+|.?)/gsu, (_, name: string) => (name === '$' ? '$' : ''))).toBe(value.toWellFormed());
      }),
      { numRuns: 1000 },
    );
  });
});

describe('strings', () => {
  it('stay strings, whatever is in them', () => {
    const render = (text: string) => config({ targets: NONE, clusterName: text, externalLabels: { region: text } }, { tenant: text });
    const plain = render('x');
    const shape = (value: unknown): unknown =>
      typeof value !== 'object' || value === null ? typeof value : Array.isArray(value) ? value.map(shape) : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shape(v)]));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const hostile = raw.toWellFormed();
        const found = render(hostile);
        expect(shape(found)).toEqual(shape(plain));
        expect(found.remote_write[0]?.headers).toEqual({ 'X-Scope-OrgID': hostile });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('objects', () => {
  it('of a pair are as reviewed', () => {
    const objects = render(CASES['server-pair']?.spec ?? {}).filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(new URL('golden/server-pair.objects.yaml', import.meta.url), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('use the flags of their mode only', () => {
    const args = (spec: PrometheusSpec): string[] => workload(spec).spec.template.spec.containers[0]?.args ?? [];
    expect(args({})).toEqual(expect.arrayContaining(['--agent', '--storage.agent.path=/prometheus/agent']));
    expect(args({}).some((arg) => arg.includes('tsdb') || arg.includes('exemplar-storage'))).toBe(false);
    expect(args({ mode: 'server' })).toEqual(expect.arrayContaining(['--storage.tsdb.path=/prometheus/tsdb', '--enable-feature=exemplar-storage']));
    expect(args({ mode: 'server' }).some((arg) => arg.includes('agent'))).toBe(false);
  });

  it('are reloaded in place by typed fields, and restarted by raw ones', () => {
    const plain = workload({}).spec.template;
    for (const spec of [{ scrapeInterval: '10s' }, { clusterName: 'x' }, { externalLabels: { a: 'b' } }, { targets: { kubelet: false } }]) {
      expect(text(render(spec))).not.toBe(text(render({})));
      expect(workload(spec).spec.template).toEqual(plain);
    }
    expect(workload({ config: { runtime: { gogc: 50 } } }).spec.template).not.toEqual(plain);
    expect(workload({ additionalScrapeConfigs: [{ job_name: 'a' }] }).spec.template).not.toEqual(plain);
    expect(workload({ mode: 'server' }).spec.template).not.toEqual(plain);
  });

  it('are two of a pair, with a budget', () => {
    expect(workload({}).spec.replicas).toBe(1);
    expect(workload({ ha: true }).spec.replicas).toBe(2);
    expect(render({}).some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(false);
    expect(render({ ha: true }).some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(true);
  });
});

describe('schema', () => {
  it.each<[object, boolean]>([
    [{ scrapeInterval: '299s' }, true], [{ scrapeInterval: '4m' }, true], [{ scrapeInterval: '5m' }, false], [{ scrapeInterval: '0s' }, false],
    [{ mode: 'server', localRetention: '2h' }, true], [{ mode: 'server', localRetention: '1h' }, false], [{ mode: 'server', localRetention: '0d' }, false],
    [{ localRetention: '6h' }, false], [{ externalLabels: { a: '$X' } }, false],
  ])('%j: %s', (spec, valid) => {
    expect(prometheus.safeParse(spec).success).toBe(valid);
  });

  it('says the interval that Grafana needs too', () => {
    expect([scrapeInterval({}), scrapeInterval({ scrapeInterval: '1m' })]).toEqual(['30s', '1m']);
  });
});

describe('validation', () => {
  const found = (spec: PrometheusSpec): string[] => validatePrometheus(spec).map(({ code, path }) => `${code} ${path.replace('spec.collection.prometheus', '')}`);

  it.each<[PrometheusSpec, string[]]>([
    [{ config: { remote_write: null } }, ['PathOwned .config.remote_write']],
    [{ config: { global: { scrape_interval: '1s', query_log_file: 'x' } } }, ['PathOwned .config.global.scrape_interval']],
    [{ config: { rule_files: [] } }, ['InvalidValue .config.rule_files']],
    [{ mode: 'server', config: { rule_files: [] } }, []],
    [{ additionalScrapeConfigs: [{}] }, ['MissingField .additionalScrapeConfigs[0].job_name']],
    [{ additionalScrapeConfigs: [{ job_name: 'kubelet' }] }, ['InvalidValue .additionalScrapeConfigs[0].job_name']],
    [{ additionalScrapeConfigs: [{ job_name: 'a' }, { job_name: 'a' }] }, ['InvalidValue .additionalScrapeConfigs[1].job_name']],
    [{ additionalScrapeConfigs: [{ job_name: 'a', basic_auth: { username: 'u', password: 'p' } }] }, ['InvalidValue .additionalScrapeConfigs[0].basic_auth.password']],
    [{ additionalScrapeConfigs: [{ job_name: 'a', basic_auth: { password_file: '/secret/p' } }] }, []],
    [{ externalLabels: { 'a.b/c': 'x' } }, ['InvalidValue .externalLabels']],
    [{ externalLabels: { __x: 'x' } }, ['InvalidValue .externalLabels']],
    [{ externalLabels: { cluster: 'x' } }, []],
    [{ ha: true, externalLabels: { cluster: 'x' } }, ['PathOwned .externalLabels']],
    [{ version: '2.55.1' }, ['VersionUnsupported .version']],
  ])('%j: %j', (spec, wanted) => {
    expect(found(spec)).toEqual(wanted);
  });
});
