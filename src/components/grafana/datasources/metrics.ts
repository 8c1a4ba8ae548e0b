import type { LogStack, MetricsStack, TracingStack } from '../../../api/kinds.ts';
import { refOf } from '../../../base/object.ts';
import { mimirQueryUrl, mimirUrl } from '../../mimir/endpoints.ts';
import { type Correlation, type Datasource, datasourceUid } from '../datasource.ts';
import { identity, ownerOf, productOf, sourceOf, tenantHeader } from './names.ts';

/** An exemplar's label, and the traces that it leads to. */
export interface ExemplarLink {
  label: string;
  traces: TracingStack;
}

export interface MetricLinks {
  exemplars: readonly ExemplarLink[];
  logs: readonly LogStack[];
  /** Interval of scraping, as written: Grafana's steps are never finer. */
  interval: string;
  /** Whether the stack runs an Alertmanager. */
  alertmanager: boolean;
}

export const alertmanagerUid = (stack: MetricsStack): string => datasourceUid('alertmanager', refOf(stack));

const destination = ({ label, traces }: ExemplarLink): object => {
  const { name, uid } = sourceOf(traces);
  return { name: label, datasourceUid: uid, urlDisplayLabel: `Trace in ${name}` };
};

/** From a series to the logs of its namespace. */
function toLogs(logs: LogStack): Correlation {
  const { name, uid } = sourceOf(logs);
  const loki = productOf(logs) === 'Loki';
  return {
    targetUid: uid,
    label: `Logs in ${name}`,
    description: 'Logs of the namespace that this series is about',
    field: 'namespace',
    target: loki ? { expr: '{namespace="${namespace}"}', queryType: 'range' } : { query: 'kubernetes.namespace:"${namespace}"', metrics: [{ id: '1', type: 'logs' }] },
  };
}

/** The datasource of a Mimir, with links from exemplars to traces, and to logs. */
export const mimirDatasource = (stack: MetricsStack, links: MetricLinks): Datasource => ({
  ...identity(stack, 'Mimir'),
  type: 'prometheus',
  url: mimirQueryUrl(ownerOf(stack)),
  jsonData: {
    httpMethod: 'POST',
    prometheusType: 'Mimir',
    prometheusVersion: '2.9.1',
    cacheLevel: 'High',
    timeInterval: links.interval,
    manageAlerts: true,
    ...(links.alertmanager ? { alertmanagerUid: alertmanagerUid(stack) } : {}),
    ...(links.exemplars.length > 0 ? { exemplarTraceIdDestinations: links.exemplars.map(destination) } : {}),
  },
  headers: tenantHeader(stack),
  correlations: links.logs.map(toLogs),
});

/** Mimir's Alertmanager, as a datasource of its own. Grafana adds `/alertmanager` itself. */
export const alertmanagerDatasource = (stack: MetricsStack): Datasource => ({
  name: identity(stack, 'Alertmanager').name,
  uid: alertmanagerUid(stack),
  type: 'alertmanager',
  url: mimirUrl(ownerOf(stack)),
  jsonData: { implementation: 'mimir', handleGrafanaManagedAlerts: false },
  headers: tenantHeader(stack),
});
