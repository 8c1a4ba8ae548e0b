import { LABEL, MANAGER } from '../../base/names.ts';
import { META, type RelabelRule } from './relabel.ts';

/** Where a product of ours has metrics in Prometheus' format: name of the container port, and the path where it is not /metrics. */
interface Metrics {
  port: string;
  path?: string;
}

/**
 * Products by their name label. What is not here (Elasticsearch, Kibana, Logstash, Beats, Kafka) has no such endpoint, and
 * would only be seen as down.
 */
export const OWN_METRICS: Readonly<Record<string, Metrics>> = {
  alloy: { port: 'http' },
  fluentd: { port: 'metrics' },
  'fluent-bit': { port: 'http', path: '/api/v2/metrics/prometheus' },
  grafana: { port: 'http' },
  loki: { port: 'http' },
  mimir: { port: 'http' },
  prometheus: { port: 'http' },
  promtail: { port: 'http' },
  tempo: { port: 'http' },
};

/** Selects the pods of this operator at the API server. */
export const OWN_LABEL = `${LABEL.managedBy}=${MANAGER}`;

const podLabel = (label: string): string => `${META}_pod_label_${label.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;

export const OWN_PRESENT = podLabel(LABEL.managedBy);

const product = podLabel(LABEL.name);

const paths = (): RelabelRule[] =>
  Object.entries(OWN_METRICS).flatMap(([name, { path }]) =>
    path === undefined ? [] : [{ source_labels: [product], regex: name, replacement: path, target_label: '__metrics_path__' }]);

/** Keeps the ports that have metrics, and names the job as the mixins of these products expect it: `obs/logs-loki`. */
export const ownRules = (): RelabelRule[] => [
  {
    source_labels: [product, `${META}_pod_container_port_name`],
    regex: Object.entries(OWN_METRICS).map(([name, { port }]) => `${name};${port}`).join('|'),
    action: 'keep',
  },
  ...paths(),
  {
    source_labels: [`${META}_namespace`, podLabel(LABEL.instance), podLabel(LABEL.component)],
    regex: '(.+);(.+);(.+)',
    replacement: '$1/$2-$3',
    target_label: 'job',
  },
];
