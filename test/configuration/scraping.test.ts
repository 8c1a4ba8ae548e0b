import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { dump, load } from 'js-yaml';
import type { PrometheusSpec } from '../../src/api/collectors/prometheus.ts';
import { METRICS_COLLECTOR_ROLE } from '../../src/components/prometheus/defaults.ts';
import { prometheusPart } from '../../src/components/prometheus/part.ts';
import { FIXED_ROLES } from '../../src/components/roles.ts';
import { dataOf, manifestNamed, stage } from '../../src/testing/resources.ts';
import { Client, type ControlPlane, startControlPlane } from '../controlplane/index.ts';
import { freePorts } from '../controlplane/ports.ts';
import { Daemon } from '../controlplane/process.ts';
import { START_MS } from '../controlplane/testing.ts';
import { describeWith } from '../programs/describe.ts';
import { program } from '../programs/program.ts';

/** A real Prometheus with a rendered configuration, and the rights of our role, finds its targets at a real API server. */

const TEST_MS = 60_000;
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

type Tree = Record<string, unknown>;

interface PodOf {
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  ports?: Record<string, number>;
  ip: string;
  phase?: string;
}

const ours = (name: string, component = name): Record<string, string> => ({
  'app.kubernetes.io/managed-by': 'lgtm-operator', 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': 'logs', 'app.kubernetes.io/component': component,
});

const annotated = (more: Record<string, string> = {}): Record<string, string> => ({
  'prometheus.io/scrape': 'true', ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`prometheus.io/${key}`, value])),
});

const PODS: Record<string, PodOf> = {
  // Two ports, and an annotation that names a third: one target.
  web: { annotations: annotated({ port: '8080' }), labels: { app: 'web' }, ports: { http: 80, debug: 6060 }, ip: '10.0.0.1' },
  api: { annotations: annotated({ path: '/stats', scheme: 'https' }), ports: { a: 9090, b: 9091 }, ip: '10.0.0.2' },
  six: { annotations: annotated({ port: '80' }), ip: 'fd00::5' },
  'no-scheme': { annotations: annotated({ scheme: 'gopher' }), ports: { a: 1234 }, ip: '10.0.0.9' },
  portless: { annotations: annotated(), ip: '10.0.0.3' },
  quiet: { ports: { http: 80 }, ip: '10.0.0.4' },
  done: { annotations: annotated({ port: '8080' }), ip: '10.0.0.6', phase: 'Succeeded' },
  loki: { labels: ours('loki'), annotations: annotated(), ports: { http: 3100, grpc: 9095 }, ip: '10.0.1.1' },
  'fluent-bit': { labels: ours('fluent-bit'), ports: { http: 2020 }, ip: '10.0.1.2' },
  elastic: { labels: ours('elasticsearch'), ports: { http: 9200 }, ip: '10.0.1.3' },
};

const podOf = (name: string, { annotations = {}, labels = {}, ports = {} }: PodOf): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, annotations, labels },
  spec: {
    nodeName: 'node-1',
    automountServiceAccountToken: false,
    containers: [{ name: 'main', image: 'example.com/x', ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })) }],
  },
});

async function populate(client: Client): Promise<void> {
  await client.post('/api/v1/nodes', {
    apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' },
    status: { addresses: [{ type: 'InternalIP', address: '10.1.0.1' }], daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } },
  });
  for (const name of ['shop', 'obs']) await client.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const [namespace, name] of [['shop', 'default'], ['obs', 'metrics-prometheus']])
    await client.post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  const path = '/api/v1/namespaces/shop/pods';
  for (const [name, pod] of Object.entries(PODS)) {
    await client.post(path, podOf(name, pod));
    await client.patch(`${path}/${name}/status`, 'merge', { status: { phase: pod.phase ?? 'Running', podIP: pod.ip, podIPs: [{ ip: pod.ip }] } });
  }
  await client.post('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4',
    metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }, { name: 'other', port: 1, protocol: 'TCP' }],
    endpoints: [{ addresses: ['10.1.0.100'], conditions: { ready: true } }],
  });
}

async function grant(client: Client): Promise<void> {
  const role = FIXED_ROLES.find(({ name }) => name === METRICS_COLLECTOR_ROLE);
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await client.post(`${rbac}/clusterroles`, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: METRICS_COLLECTOR_ROLE }, rules: role?.rules });
  const { manifests } = part({}, 'http://x');
  await client.post(`${rbac}/clusterrolebindings`, manifestNamed(manifests, 'ClusterRoleBinding', 'lgtm:obs:metrics-prometheus'));
}

const part = (spec: PrometheusSpec, pushUrl: string) =>
  prometheusPart(stage({ owner: { kind: 'MetricsStack', namespace: 'obs', name: 'metrics' } }), spec, { pushUrl, tenant: 'team', ha: true });

interface Target {
  scrapePool: string;
  scrapeUrl: string;
  labels: Record<string, string>;
}

await describeWith(['etcd', 'kube-apiserver', 'prometheus'], 'Prometheus at an API server', () => {
  let plane: ControlPlane;
  let folder: string;
  let collector: Client;
  let receiver: Server;
  const tenants = new Set<unknown>();
  let prometheus: Daemon;
  let url: string;
  let pushUrl: string;

  /** Reached by address and with files of the test, for this Prometheus is no pod. */
  function config(spec: PrometheusSpec): string {
    const text = dataOf(manifestNamed(part(spec, pushUrl).manifests, 'ConfigMap', 'metrics-prometheus'), 'prometheus.yml').replaceAll(SERVICE_ACCOUNT, folder);
    const tree = load(text) as { scrape_configs: { kubernetes_sd_configs?: Tree[] }[] };
    const access = { api_server: plane.url, authorization: { credentials_file: join(folder, 'token') }, tls_config: { ca_file: join(folder, 'ca.crt') } };
    for (const { kubernetes_sd_configs = [] } of tree.scrape_configs) for (const discovery of kubernetes_sd_configs) Object.assign(discovery, access);
    return dump(tree);
  }

  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(`${url}/api/v1/${path}`);
    return ((await response.json()) as { data: T }).data;
  }

  async function until<T>(look: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
    for (;;) {
      const value = await look();
      if (wanted(value)) return value;
      await delay(200);
    }
  }

  const targets = async (): Promise<string[]> => {
    const { activeTargets } = await ask<{ activeTargets: Target[] }>('targets?state=active');
    return activeTargets.map(({ scrapePool, scrapeUrl, labels }) => `${scrapePool} ${labels.job ?? ''} ${scrapeUrl}`).sort();
  };

  const WANTED = [
    'annotated-pods annotated-pods http://10.0.0.9:1234/metrics',
    'annotated-pods annotated-pods http://[fd00::5]:80/metrics',
    'annotated-pods annotated-pods https://10.0.0.2:9090/stats',
    'annotated-pods annotated-pods https://10.0.0.2:9091/stats',
    'annotated-pods shop/web http://10.0.0.1:8080/metrics',
    'cadvisor cadvisor https://10.1.0.1:10250/metrics/cadvisor',
    'kube-apiserver kube-apiserver https://10.1.0.100:6443/metrics',
    'kubelet kubelet https://10.1.0.1:10250/metrics',
    'lgtm-operator shop/logs-fluent-bit http://10.0.1.2:2020/api/v2/metrics/prometheus',
    'lgtm-operator shop/logs-loki http://10.0.1.1:3100/metrics',
  ];

  beforeAll(async () => {
    plane = await startControlPlane({ audit: false });
    await populate(plane.client);
    await grant(plane.client);
    folder = await mkdtemp(join(tmpdir(), 'lgtm-scraping-'));
    const token = await plane.serviceAccountToken('obs', 'metrics-prometheus');
    collector = new Client({ url: plane.url, ca: plane.admin.ca, token });
    await writeFile(join(folder, 'token'), token);
    await writeFile(join(folder, 'ca.crt'), plane.admin.ca);
    receiver = createServer((request, response) => {
      tenants.add(request.headers['x-scope-orgid']);
      request.resume().on('end', () => response.writeHead(204).end());
    });
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    const address = receiver.address();
    pushUrl = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}/api/v1/push`;
    await writeFile(join(folder, 'prometheus.yml'), config({ ha: true, scrapeInterval: '1s' }));
    const [port] = await freePorts(1);
    url = `http://127.0.0.1:${String(port)}`;
    const args = [
      'POD_NAME=metrics-prometheus-1', await program('prometheus'), `--config.file=${join(folder, 'prometheus.yml')}`, '--config.auto-reload',
      '--config.auto-reload-interval=1s', `--web.listen-address=127.0.0.1:${String(port)}`, '--agent', `--storage.agent.path=${join(folder, 'agent')}`,
    ];
    prometheus = new Daemon({ name: 'prometheus', program: '/usr/bin/env', args, log: join(folder, 'log') });
    await prometheus.ready(async () => (await fetch(`${url}/-/ready`)).ok);
  }, START_MS);

  afterAll(async () => {
    await prometheus.stop();
    receiver.close();
    await collector.close();
    await plane.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds every target once, under the job that it belongs to', async () => {
    const found = await until(targets, (all) => all.length >= WANTED.length);
    expect(found).toEqual(WANTED);
  }, TEST_MS);

  it('puts the labels on them that logs have', async () => {
    const { activeTargets } = await ask<{ activeTargets: Target[] }>('targets?state=active');
    const web = activeTargets.find(({ scrapeUrl }) => scrapeUrl.includes('10.0.0.1:'));
    expect(web?.labels).toEqual({ app: 'web', instance: '10.0.0.1:8080', job: 'shop/web', namespace: 'shop', node: 'node-1', pod: 'web' });
  });

  it('names its pair and itself', async () => {
    const { yaml } = await ask<{ yaml: string }>('status/config');
    expect(load(yaml)).toMatchObject({ global: { external_labels: { cluster: 'obs-metrics', __replica__: 'metrics-prometheus-1' } } });
  });

  it('sends as its tenant', async () => {
    await until(() => Promise.resolve(tenants.size), (size) => size > 0);
    expect([...tenants]).toEqual(['team']);
  }, TEST_MS);

  it('takes a changed file without a restart', async () => {
    await writeFile(join(folder, 'prometheus.yml'), config({ ha: true, clusterName: 'eu-1', scrapeInterval: '1s', targets: { kubelet: false, annotatedPods: false } }));
    await until(targets, (all) => all.length === 4);
    const { yaml } = await ask<{ yaml: string }>('status/config');
    expect(load(yaml)).toMatchObject({ global: { external_labels: { cluster: 'eu-1' } } });
    expect(prometheus.running).toBe(true);
  }, TEST_MS);

  it('may read what it needs, and no Secrets', async () => {
    await expect(collector.list('/api/v1/nodes')).resolves.toHaveLength(1);
    await expect(collector.list('/api/v1/secrets')).rejects.toMatchObject({ status: 403 });
    await expect(collector.get('/api/v1/nodes/node-1/proxy/metrics')).rejects.toMatchObject({ status: 403 });
    // They are no JSON, which is all that the client minds.
    await expect(collector.get('/metrics')).rejects.toThrow(SyntaxError);
  });
});
