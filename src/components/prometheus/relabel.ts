/** A relabelling rule in Prometheus' own terms, which Alloy shares. Regular expressions are anchored on both ends. */
export interface RelabelRule {
  source_labels?: readonly string[];
  separator?: string;
  regex?: string;
  target_label?: string;
  replacement?: string;
  action?: 'replace' | 'keep' | 'drop' | 'labeldrop';
}

/** Prefix of the labels that Kubernetes' discovery sets. */
export const META = '__meta_kubernetes';

export const copy = (source: string, target: string): RelabelRule => ({ source_labels: [source], target_label: target });

/** Pods that have ended keep their address for a while. */
export const RUNNING: RelabelRule = { source_labels: [`${META}_pod_phase`], regex: 'Succeeded|Failed', action: 'drop' };

/** The same labels that logs carry; the preferred source of `app` comes last, and wins. */
export const podLabels = (): RelabelRule[] => [
  copy(`${META}_namespace`, 'namespace'),
  copy(`${META}_pod_name`, 'pod'),
  copy(`${META}_pod_node_name`, 'node'),
  ...['app', 'app_kubernetes_io_name'].map((label) => ({ source_labels: [`${META}_pod_label_${label}`], regex: '(.+)', target_label: 'app' })),
];
