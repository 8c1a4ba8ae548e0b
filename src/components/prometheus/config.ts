import { scrapeInterval } from '../../api/scraping.ts';
import { deepMerge, type OwnedPaths, type Tree } from '../kit/merge.ts';
import { LOCAL_RETENTION } from './defaults.ts';
import { clusterLabel, isPair, isServer, type PrometheusInput } from './input.ts';
import { type Discovery, type ScrapeJob, scrapeJobs } from './jobs.ts';
import type { RelabelRule } from './relabel.ts';

const PATH = 'spec.collection.prometheus';

/** Paths of Prometheus' configuration that typed fields own, and which. */
export const PROMETHEUS_OWNED: OwnedPaths = {
  'global.scrape_interval': `${PATH}.scrapeInterval`,
  'global.external_labels': `${PATH}.externalLabels`,
  scrape_configs: `${PATH}.additionalScrapeConfigs`,
  remote_write: 'the operator',
  'storage.tsdb.retention': `${PATH}.localRetention`,
};

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Files that every pod with a token has. */
export const TOKEN_FILE = `${SERVICE_ACCOUNT}/token`;
export const CLUSTER_CA_FILE = `${SERVICE_ACCOUNT}/ca.crt`;

/** Prometheus expands `$NAME` and `${NAME}` in external labels, and nowhere else. */
const literal = (value: string): string => value.replaceAll('$', () => '$$');

/** What Mimir's HA tracker goes by: which pair, and which of the two. */
export const REPLICA_LABEL = '__replica__';

function externalLabels(input: PrometheusInput): Tree {
  const cluster = clusterLabel(input);
  const own = Object.entries(input.spec.externalLabels ?? {}).map(([name, value]) => [name, literal(value)] as const);
  return {
    ...Object.fromEntries(own),
    ...(cluster === undefined ? {} : { cluster: literal(cluster) }),
    ...(isPair(input.spec) ? { [REPLICA_LABEL]: '${POD_NAME}' } : {}),
  };
}

const discovery = ({ role, namespaces, label }: Discovery): Tree => ({
  role,
  ...(namespaces === undefined ? {} : { namespaces: { names: namespaces } }),
  ...(label === undefined ? {} : { selectors: [{ role, label }] }),
});

/** The token goes only to what proves by the cluster's CA to be of the cluster, unless the user waives the proof. */
function access({ cluster, unverified }: ScrapeJob): Tree {
  if (!cluster) return unverified ? { tls_config: { insecure_skip_verify: true } } : {};
  return {
    scheme: 'https',
    authorization: { credentials_file: TOKEN_FILE },
    tls_config: {
      ca_file: CLUSTER_CA_FILE,
      ...(cluster.serverName === undefined ? {} : { server_name: cluster.serverName }),
      ...(cluster.insecure ? { insecure_skip_verify: true } : {}),
    },
  };
}

const scrapeConfig = (job: ScrapeJob): Tree => ({
  job_name: job.name,
  ...(job.path === undefined ? {} : { metrics_path: job.path }),
  ...(job.ownTimestamps ? { track_timestamps_staleness: true } : {}),
  ...access(job),
  kubernetes_sd_configs: [discovery(job.discovery)],
  relabel_configs: job.rules,
});

/**
 * A label that a series has already wins over an external one. Mimir looks at the labels of one series a request: an exporter with a
 * `cluster` label of its own would lead it to another pair, or to none. So ours is put in force, and theirs is kept beside it.
 */
const ownCluster = (cluster: string): RelabelRule[] => [
  { source_labels: ['cluster', 'exported_cluster'], regex: '(.+);', target_label: 'exported_cluster' },
  { source_labels: ['exported_cluster'], regex: cluster, replacement: '', target_label: 'exported_cluster' },
  { replacement: cluster, target_label: 'cluster' },
];

function remoteWrite(input: PrometheusInput): Tree {
  const { pushUrl, tenant } = input.target;
  const cluster = isPair(input.spec) ? clusterLabel(input) : undefined;
  return {
    url: pushUrl,
    ...(tenant === undefined ? {} : { headers: { 'X-Scope-OrgID': tenant } }),
    send_exemplars: true,
    // A limit of the store delays samples; without this they would be dropped.
    queue_config: { retry_on_http_429: true },
    ...(cluster === undefined ? {} : { write_relabel_configs: ownCluster(cluster) }),
  };
}

/** Prometheus' configuration as an object. */
export function prometheusConfig(input: PrometheusInput): Tree {
  const { spec } = input;
  const interval = scrapeInterval(spec);
  const labels = externalLabels(input);
  const ours: Tree = {
    global: {
      scrape_interval: interval,
      ...(isServer(spec) ? { evaluation_interval: interval } : {}),
      ...(Object.keys(labels).length > 0 ? { external_labels: labels } : {}),
    },
    ...(isServer(spec) ? { storage: { tsdb: { retention: { time: spec.localRetention ?? LOCAL_RETENTION } } } } : {}),
    scrape_configs: [...scrapeJobs(spec).map(scrapeConfig), ...(spec.additionalScrapeConfigs ?? [])],
    remote_write: [remoteWrite(input)],
  };
  return deepMerge(ours, spec.config ?? {});
}
