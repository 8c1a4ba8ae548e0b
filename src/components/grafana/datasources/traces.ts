import type { LogStack, MetricsStack, TracingStack } from '../../../api/kinds.ts';
import { tempoUrl } from '../../tempo/endpoints.ts';
import type { Datasource } from '../datasource.ts';
import { identity, ownerOf, productOf, sourceOf, tenantHeader } from './names.ts';

/** The other ends of a Tempo's links. Grafana takes one of each. */
export interface TraceLinks {
  logs: LogStack | undefined;
  /** Metrics of the same workloads. */
  metrics: MetricsStack | undefined;
  /** Where the metrics generator writes to: span metrics and the service graph are there, and nowhere else. */
  generated: MetricsStack | undefined;
}

/** Attribute of a span → label of the logs. The renaming of dots holds for Grafana's own defaults only, so each is spelt out. */
const LOKI_TAGS = [
  { key: 'service.name', value: 'service_name' },
  { key: 'k8s.namespace.name', value: 'namespace' },
];

const ELASTICSEARCH_TAGS = [
  { key: 'k8s.namespace.name', value: 'kubernetes.namespace' },
  { key: 'k8s.pod.name', value: 'kubernetes.pod.name' },
];

function tracesToLogs(logs: LogStack): object {
  return {
    datasourceUid: sourceOf(logs).uid,
    // With no shift at all Grafana can find nothing.
    spanStartTimeShift: '-5m',
    spanEndTimeShift: '5m',
    filterByTraceID: true,
    filterBySpanID: false,
    tags: productOf(logs) === 'Loki' ? LOKI_TAGS : ELASTICSEARCH_TAGS,
  };
}

/** Span metrics of the service, where a generator makes them. */
const spanQueries = (): object[] => [
  { name: 'Rate', query: 'sum(rate(traces_spanmetrics_calls_total{$__tags}[5m]))' },
  { name: 'Errors', query: 'sum(rate(traces_spanmetrics_calls_total{$__tags,status_code="STATUS_CODE_ERROR"}[5m]))' },
  { name: 'Latency, 95 %', query: 'histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{$__tags}[5m])))' },
];

const podQueries = (): object[] => [
  { name: 'Memory', query: 'sum(container_memory_working_set_bytes{$__tags})' },
  { name: 'Processor', query: 'sum(rate(container_cpu_usage_seconds_total{$__tags}[5m]))' },
];

const toMetrics = (metrics: MetricsStack, generated: boolean): object => ({
  datasourceUid: sourceOf(metrics).uid,
  spanStartTimeShift: '-5m',
  spanEndTimeShift: '5m',
  tags: generated
    ? [{ key: 'service.name', value: 'service' }]
    : [{ key: 'k8s.namespace.name', value: 'namespace' }, { key: 'k8s.pod.name', value: 'pod' }],
  queries: generated ? spanQueries() : podQueries(),
});

/** The datasource of a Tempo, with links to logs and metrics. */
export function tempoDatasource(stack: TracingStack, { logs, metrics, generated }: TraceLinks): Datasource {
  const target = generated ?? metrics;
  return {
    ...identity(stack, 'Tempo'),
    type: 'tempo',
    url: tempoUrl(ownerOf(stack)),
    jsonData: {
      ...(logs ? { tracesToLogsV2: tracesToLogs(logs) } : {}),
      ...(target ? { tracesToMetrics: toMetrics(target, generated !== undefined) } : {}),
      ...(generated ? { serviceMap: { datasourceUid: sourceOf(generated).uid } } : {}),
      nodeGraph: { enabled: true },
      search: { hide: false },
      traceQuery: { timeShiftEnabled: true, spanStartTimeShift: '-1h', spanEndTimeShift: '1h' },
      streamingEnabled: { search: true, metrics: true },
    },
    headers: tenantHeader(stack),
  };
}
