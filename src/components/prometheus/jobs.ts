import type { Scraping } from '../../api/scraping.ts';
import { ownRules, OWN_LABEL, OWN_PRESENT } from './own.ts';
import { copy, META, podLabels, type RelabelRule, RUNNING } from './relabel.ts';

/** What is discovered through the Kubernetes API. Jobs that share one share its watches. */
export interface Discovery {
  /** Unique by content. */
  id: string;
  role: 'node' | 'pod' | 'endpointslice';
  namespaces?: readonly string[];
  /** Label selector, in the form of the API. */
  label?: string;
}

/** What is scraped, and how: rendered by Prometheus and by Alloy alike. Names are what the Kubernetes mixins call them. */
export interface ScrapeJob {
  name: string;
  discovery: Discovery;
  path?: string;
  /** https, with the token of the pod and the CA of the cluster. */
  cluster?: { serverName?: string; insecure?: boolean };
  /** Targets may ask for https by themselves; nothing secret is sent to them. */
  unverified?: boolean;
  /** Samples bring their own time; series that end shall still be seen to end. */
  ownTimestamps?: boolean;
  rules: readonly RelabelRule[];
}

const NODES: Discovery = { id: 'nodes', role: 'node' };

const kubelet = (spec: Scraping): Pick<ScrapeJob, 'discovery' | 'cluster' | 'rules'> => ({
  discovery: NODES,
  cluster: { insecure: spec.targets?.insecureKubelets ?? false },
  rules: [copy(`${META}_node_name`, 'node')],
});

const apiServer = (): ScrapeJob => ({
  name: 'kube-apiserver',
  discovery: { id: 'apiservers', role: 'endpointslice', namespaces: ['default'], label: 'kubernetes.io/service-name=kubernetes' },
  // Found by address, which its certificate need not name.
  cluster: { serverName: 'kubernetes.default.svc' },
  rules: [{ source_labels: [`${META}_endpointslice_port_name`], regex: 'https', action: 'keep' }],
});

const annotation = (name: string): string => `${META}_pod_annotation_prometheus_io_${name}`;

/**
 * The address is the pod's own, whatever the annotation says. With a port annotation every container port leads to the same target,
 * which is scraped once, since no label tells the ports apart.
 */
const addressRules = (): RelabelRule[] => [
  { source_labels: [annotation('port'), `${META}_pod_ip`], regex: '(\\d+);([^:]+)', replacement: '$2:$1', target_label: '__address__' },
  { source_labels: [annotation('port'), `${META}_pod_ip`], regex: '(\\d+);(.*:.*)', replacement: '[$2]:$1', target_label: '__address__' },
];

function annotatedPods(spec: Scraping): ScrapeJob {
  const { include = [], exclude = [] } = spec.targets?.namespaces ?? {};
  return {
    name: 'annotated-pods',
    discovery: { id: 'pods', role: 'pod', ...(include.length > 0 ? { namespaces: include } : {}) },
    unverified: true,
    rules: [
      { source_labels: [annotation('scrape')], regex: 'true', action: 'keep' },
      ...(exclude.length > 0 ? [{ source_labels: [`${META}_namespace`], regex: exclude.join('|'), action: 'drop' } as const] : []),
      // Ours have a job of their own.
      ...(wanted(spec, 'components') ? [{ source_labels: [OWN_PRESENT], regex: 'lgtm-operator', action: 'drop' } as const] : []),
      RUNNING,
      { source_labels: [`${META}_pod_container_init`], regex: 'true', action: 'drop' },
      // Neither a port annotation nor a container port: nothing says where.
      { source_labels: [annotation('port'), `${META}_pod_container_port_number`], regex: ';', action: 'drop' },
      ...addressRules(),
      { source_labels: [annotation('path')], regex: '(.+)', target_label: '__metrics_path__' },
      { source_labels: [annotation('scheme')], regex: '(https?)', target_label: '__scheme__' },
      ...podLabels(),
      { source_labels: [`${META}_namespace`, 'app'], regex: '(.+);(.+)', replacement: '$1/$2', target_label: 'job' },
    ],
  };
}

const components = (): ScrapeJob => ({
  name: 'lgtm-operator',
  discovery: { id: 'components', role: 'pod', label: OWN_LABEL },
  rules: [RUNNING, ...ownRules(), ...podLabels()],
});

const wanted = (spec: Scraping, target: 'kubelet' | 'cadvisor' | 'apiServer' | 'annotatedPods' | 'components'): boolean =>
  spec.targets?.[target] ?? true;

/** Everything that a collector scrapes by itself. */
export const scrapeJobs = (spec: Scraping): ScrapeJob[] => [
  ...(wanted(spec, 'kubelet') ? [{ name: 'kubelet', ...kubelet(spec) }] : []),
  ...(wanted(spec, 'cadvisor') ? [{ name: 'cadvisor', path: '/metrics/cadvisor', ownTimestamps: true, ...kubelet(spec) }] : []),
  ...(wanted(spec, 'apiServer') ? [apiServer()] : []),
  ...(wanted(spec, 'annotatedPods') ? [annotatedPods(spec)] : []),
  ...(wanted(spec, 'components') ? [components()] : []),
];

/** Names that additional scrape configs may not take. */
export const JOB_NAMES: readonly string[] = ['kubelet', 'cadvisor', 'kube-apiserver', 'annotated-pods', 'lgtm-operator'];

/** Discoveries of some jobs, each once. */
export const discoveries = (jobs: readonly ScrapeJob[]): Discovery[] => [...new Map(jobs.map(({ discovery }) => [discovery.id, discovery])).values()];
