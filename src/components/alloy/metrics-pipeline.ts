import { durationMs, formatDuration } from '../../api/duration.ts';
import { scrapeInterval } from '../../api/scraping.ts';
import { CLUSTER_CA_FILE, TOKEN_FILE } from '../prometheus/config.ts';
import { type Discovery, discoveries, type ScrapeJob, scrapeJobs } from '../prometheus/jobs.ts';
import { type AlloyMetricsInput, metricsReplicas } from './metrics-input.ts';
import { type Block, block, expression, type Value } from './syntax.ts';

/** Prometheus' own timeout, which must not be longer than the interval. */
const TIMEOUT_MS = 10_000;

const timings = (input: AlloyMetricsInput): { interval: string; timeout: string } => {
  const interval = scrapeInterval(input.spec);
  return { interval, timeout: formatDuration(Math.min(TIMEOUT_MS, durationMs(interval))) };
};

const toWrite = [expression('prometheus.remote_write.default.receiver')];

const clustering = (input: AlloyMetricsInput): Block[] =>
  metricsReplicas(input) > 1 ? [block('clustering', undefined, { enabled: true })] : [];

/** A job's name as a label of Alloy's language. */
const identifier = (name: string): string => name.replaceAll('-', '_');

const discovery = ({ id, role, namespaces, label }: Discovery): Block =>
  block('discovery.kubernetes', id, { role }, [
    ...(namespaces === undefined ? [] : [block('namespaces', undefined, { names: namespaces })]),
    ...(label === undefined ? [] : [block('selectors', undefined, { role, label })]),
  ]);

const relabel = ({ name, discovery: found, rules }: ScrapeJob): Block =>
  block(
    'discovery.relabel',
    identifier(name),
    { targets: expression(`discovery.kubernetes.${found.id}.targets`) },
    rules.map((rule) => block('rule', undefined, { ...rule })),
  );

function tls({ cluster, unverified }: ScrapeJob): Block[] {
  const settings: Record<string, Value | undefined> = cluster
    ? { ca_file: CLUSTER_CA_FILE, server_name: cluster.serverName, insecure_skip_verify: cluster.insecure ? true : undefined }
    : { insecure_skip_verify: true };
  return cluster || unverified ? [block('tls_config', undefined, settings)] : [];
}

function scrape(job: ScrapeJob, input: AlloyMetricsInput): Block {
  const { interval, timeout } = timings(input);
  const attributes = {
    targets: expression(`discovery.relabel.${identifier(job.name)}.output`),
    forward_to: toWrite,
    job_name: job.name,
    scrape_interval: interval,
    scrape_timeout: timeout,
    metrics_path: job.path,
    scheme: job.cluster ? 'https' : undefined,
    bearer_token_file: job.cluster ? TOKEN_FILE : undefined,
    track_timestamps_staleness: job.ownTimestamps,
  };
  return block('prometheus.scrape', identifier(job.name), attributes, [...tls(job), ...clustering(input)]);
}

function monitors(input: AlloyMetricsInput, kind: 'servicemonitors' | 'podmonitors'): Block {
  const { interval, timeout } = timings(input);
  const role = kind === 'servicemonitors' ? 'endpointslice' : undefined;
  return block(`prometheus.operator.${kind}`, 'default', { forward_to: toWrite, kubernetes_role: role }, [
    block('scrape', undefined, { default_scrape_interval: interval, default_scrape_timeout: timeout }),
    ...clustering(input),
  ]);
}

/** One of several pods writes the rules; they find out among themselves which. */
const rules = ({ target }: AlloyMetricsInput): Block =>
  block('mimir.rules.kubernetes', 'default', {
    address: target.pushUrl.replace(/\/api\/v1\/push$/, ''),
    tenant_id: target.tenant,
    // Rule groups of the store whose namespace begins so are Alloy's: it removes those that no PrometheusRule asks for.
    mimir_namespace_prefix: 'lgtm-operator',
  });

function write({ spec, target }: AlloyMetricsInput): Block {
  const labels = { ...spec.externalLabels, ...(spec.clusterName === undefined ? {} : { cluster: spec.clusterName }) };
  return block('prometheus.remote_write', 'default', Object.keys(labels).length > 0 ? { external_labels: labels } : undefined, [
    block(
      'endpoint',
      undefined,
      { url: target.pushUrl, headers: target.tenant === undefined ? undefined : { 'X-Scope-OrgID': target.tenant }, send_exemplars: true },
      // A limit of the store delays samples, and does not drop them.
      [block('queue_config', undefined, { retry_on_http_429: true })],
    ),
  ]);
}

/** Configuration of an Alloy that scrapes. */
export function metricsPipeline(input: AlloyMetricsInput): Block[] {
  const jobs = scrapeJobs(input.spec);
  return [
    block('logging', undefined, { level: 'info', format: 'logfmt' }),
    ...discoveries(jobs).map(discovery),
    ...jobs.flatMap((job) => [relabel(job), scrape(job, input)]),
    ...(input.spec.operatorResources ? [monitors(input, 'servicemonitors'), monitors(input, 'podmonitors'), rules(input)] : []),
    write(input),
  ];
}
