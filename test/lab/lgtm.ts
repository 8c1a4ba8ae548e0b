/**
 * By hand, on a cluster with real pods (KUBECONFIG): examples/lgtm.yaml with an HA pair of Prometheus. A log line, metrics of the
 * cluster and, with `--tempo`, a trace come back through the datasource settings that were generated for Grafana. One Prometheus
 * of the pair is killed: the series go on, without a duplicate. Without `--alloy` no Alloy image is expected. Prints the report.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { load } from 'js-yaml';
import type { Manifest } from '../../src/base/object.ts';
import { loadFiles } from '../../src/cli/files.ts';
import { type Resource, Scene } from './scene.ts';

const NAMESPACE = 'observability';
const WITH_TEMPO = process.argv.includes('--tempo');
const WITH_ALLOY = process.argv.includes('--alloy');
const EXAMPLE = new URL('../../examples/lgtm.yaml', import.meta.url).pathname;
const CLIENT = { from: [{ podSelector: { matchLabels: { app: 'client' } } }] };

const PLURALS: Readonly<Record<string, string>> = {
  LogStack: 'logstacks', TracingStack: 'tracingstacks', MetricsStack: 'metricsstacks', DashboardStack: 'dashboardstacks',
};

/** The example, less what has no image here, with an HA pair, and open to the client. */
async function resources(): Promise<Resource[]> {
  const { documents } = await loadFiles([EXAMPLE], NAMESPACE);
  return documents
    .map(({ object }) => object as Resource)
    .filter(({ kind }) => kind in PLURALS && (WITH_TEMPO || kind !== 'TracingStack'))
    .map((resource) => {
      const spec: Record<string, unknown> = { ...resource.spec, networkPolicy: CLIENT };
      if (resource.kind === 'LogStack' && !WITH_ALLOY) delete spec.collection;
      // The lab's Mimir has no tag of a release; its kubelet signs its own certificate.
      if (resource.kind === 'MetricsStack') Object.assign(spec, { collection: { prometheus: { ha: true, targets: { insecureKubelets: true } } }, mimir: { image: 'docker.io/grafana/mimir:3.2.1' } });
      return { ...resource, spec };
    });
}

interface Datasource {
  name: string;
  type: string;
  url: string;
  jsonData: Record<string, unknown>;
  secureJsonData?: Record<string, string>;
}

/** What Grafana would add to its requests. */
const headers = ({ jsonData, secureJsonData = {} }: Datasource): string[] =>
  Object.entries(jsonData).flatMap(([key, name]) => {
    const number = /^httpHeaderName(\d+)$/.exec(key)?.[1];
    return number === undefined ? [] : ['-H', `${String(name)}: ${secureJsonData[`httpHeaderValue${number}`] ?? ''}`];
  });

async function datasources(scene: Scene, dashboards: string): Promise<Datasource[]> {
  const map = await scene.client.get<Manifest & { data: Record<string, string> }>(`/api/v1/namespaces/${NAMESPACE}/configmaps/${dashboards}-grafana`);
  return (load(map.data['datasources.yaml'] ?? '') as { datasources: Datasource[] }).datasources;
}

type Ask = (source: Datasource, path: string, ...args: string[]) => Promise<string>;

async function logLine(scene: Scene, ask: Ask, source: Datasource): Promise<void> {
  const text = `a line from the lab ${Date.now()}`;
  const body = JSON.stringify({ streams: [{ stream: { app: 'lab' }, values: [[`${Date.now()}000000`, text]] }] });
  await ask(source, '/loki/api/v1/push', '-H', 'content-type: application/json', '-d', body);
  const query = (logql: string) => (): Promise<string> => ask(source, '/loki/api/v1/query_range', '-G', '--data-urlencode', `query=${logql}`);
  scene.must((await scene.eventually(query('{app="lab"}'), (answer) => answer.includes(text))).includes(text), `a log line comes back through datasource ${source.name}`);
  if (!WITH_ALLOY) return;
  const collected = await scene.eventually(query(`{namespace="${NAMESPACE}"} |= "lab-heartbeat"`), (answer) => answer.includes('lab-heartbeat'));
  scene.must(collected.includes('lab-heartbeat'), 'logs of pods, collected by Alloy, too');
}

interface Series {
  metric: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}

function series(answer: string): Series[] {
  try {
    return (JSON.parse(answer.slice(0, answer.lastIndexOf('\n'))) as { data: { result: Series[] } }).data.result;
  } catch {
    return [];
  }
}

const promql = (ask: Ask, source: Datasource, query: string): Promise<string> => ask(source, '/api/v1/query', '-G', '--data-urlencode', `query=${query}`);

async function metrics(scene: Scene, ask: Ask, source: Datasource): Promise<void> {
  const answer = await scene.eventually(() => promql(ask, source, 'count by (job) (up)'), (text) => series(text).length > 1, 180_000);
  scene.must(series(answer).length > 1, `metrics of the cluster arrive in Mimir: ${series(answer).map(({ metric, value }) => `${metric.job} ${value?.[1]}`).join(', ')}`);
  const cadvisor = await scene.eventually(() => promql(ask, source, 'count(container_memory_working_set_bytes)'), (text) => series(text).length > 0, 120_000);
  scene.must(series(cadvisor).length > 0, `cAdvisor's too (${series(cadvisor)[0]?.value?.[1] ?? 'none'} series of memory)`);
}

/** Kills the elected replica of the pair: the other takes over. */
async function failover(scene: Scene, ask: Ask, source: Datasource): Promise<void> {
  const pods = (await scene.kubectl.run('get', 'pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/component=prometheus', '-o', 'name')).trim().split('\n');
  scene.must(pods.length === 2, `two Prometheus pods: ${pods.join(', ')}`);
  const replicas = series(await promql(ask, source, 'count by (__replica__) (up)'));
  scene.must(replicas.length === 1, `series carry no replica label (${JSON.stringify(replicas.map(({ metric }) => metric))})`);
  const labels = 'count by (job, instance) (up)';
  const before = series(await promql(ask, source, labels));
  scene.must(before.every(({ value }) => value?.[1] === '1'), 'every target is stored once');
  const from = Math.floor(Date.now() / 1000);
  for (const pod of pods) {
    await scene.kubectl.run('delete', '-n', NAMESPACE, pod, '--wait=true');
    await delay(75_000);
  }
  const to = Math.floor(Date.now() / 1000);
  const up = 'up{job=~".*apiserver.*"}';
  const range = series(await ask(source, '/api/v1/query_range', '-G', '--data-urlencode', `query=${up}`, '--data-urlencode', `start=${from}`, '--data-urlencode', `end=${to}`, '--data-urlencode', 'step=15'));
  const points = Math.floor((to - from) / 15) + 1;
  scene.must(range.length === 1 && range[0]?.values?.length === points, `each Prometheus killed in turn: no gap in ${points} steps of 15 s (${range.map(({ values }) => values?.length ?? 0).join(', ')})`);
  const raw = series(await promql(ask, source, `${up}[${to - from}s]`))[0]?.values ?? [];
  const times = raw.map(([time]) => time);
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
  scene.must(new Set(times).size === times.length && Math.min(...gaps) > 1, `no sample twice: ${times.length} raw samples, ${Math.min(...gaps).toFixed(1)} to ${Math.max(...gaps).toFixed(1)} s apart`);
  const after = series(await promql(ask, source, labels));
  scene.must(after.length >= before.length && after.every(({ value }) => value?.[1] === '1'), 'every target is still stored once');
}

async function trace(scene: Scene, ask: Ask, source: Datasource, stack: Resource): Promise<void> {
  const id = randomBytes(16).toString('hex');
  const now = Date.now();
  const span = { traceId: id, spanId: id.slice(0, 16), name: 'lab', kind: 2, startTimeUnixNano: `${now - 20}000000`, endTimeUnixNano: `${now}000000` };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'lab' } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
  const url = stack.status?.endpoints?.find(({ name }) => name === 'otlp-http')?.url ?? '';
  const sent = await scene.curl('-H', 'content-type: application/json', '-d', body, `${url}/v1/traces`);
  scene.must(sent.trim().endsWith('200'), `a span is taken at ${url}`);
  const got = await scene.eventually(() => ask(source, `/api/v2/traces/${id}`), (answer) => answer.includes('"lab"'));
  scene.must(got.includes('"lab"'), `the trace comes back through datasource ${source.name}`);
}

async function generated(scene: Scene, ask: Ask, source: Datasource): Promise<void> {
  const answer = await scene.eventually(() => promql(ask, source, 'traces_spanmetrics_calls_total'), (text) => series(text).length > 0, 120_000);
  scene.must(series(answer).length > 0, "Tempo's metrics generator has written span metrics to Mimir");
  const range = ['--data-urlencode', `start=${Math.floor(Date.now() / 1000) - 3600}`, '--data-urlencode', `end=${Math.floor(Date.now() / 1000) + 60}`];
  const exemplars = await ask(source, '/api/v1/query_exemplars', '-G', '--data-urlencode', 'query=traces_spanmetrics_latency_bucket', ...range);
  scene.must(/"trace_?[iI][dD]"/.test(exemplars), 'with exemplars that name the trace');
}

async function main(): Promise<void> {
  const scene = await Scene.open(NAMESPACE);
  try {
    const wanted = await resources();
    for (const resource of wanted) await scene.apply(PLURALS[resource.kind] ?? '', resource);
    scene.say('\n| after | resource | Ready | reason | message |\n|---|---|---|---|---|');
    const stores = wanted.filter(({ kind }) => kind !== 'DashboardStack');
    const ready = await Promise.all(stores.map(({ kind, metadata }) => scene.ready(PLURALS[kind] ?? '', metadata.name)));
    scene.say('');
    for (const [i, { kind }] of stores.entries()) scene.must(ready[i] !== undefined, `${kind} is Ready`);
    await scene.startClient();
    const sources = await datasources(scene, wanted.find(({ kind }) => kind === 'DashboardStack')?.metadata.name ?? '');
    const ask: Ask = (source, path, ...args) => scene.curl(...headers(source), `${source.url}${path}`, ...args);
    const of = (type: string): Datasource => sources.find((source) => source.type === type) ?? { name: 'none', type, url: '', jsonData: {} };
    await logLine(scene, ask, of('loki'));
    await metrics(scene, ask, of('prometheus'));
    const tracing = ready.find((resource) => resource?.kind === 'TracingStack');
    if (tracing) await trace(scene, ask, of('tempo'), tracing);
    if (tracing) await generated(scene, ask, of('prometheus'));
    await failover(scene, ask, of('prometheus'));
    scene.say(`\n\`\`\`\n${await scene.kubectl.run('get', 'logstack,tracingstack,metricsstack,dashboardstack,pod,pvc', '-n', NAMESPACE)}\`\`\``);
  } finally {
    if (!process.argv.includes('--keep')) await scene.close();
  }
}

await main();
process.exit();
