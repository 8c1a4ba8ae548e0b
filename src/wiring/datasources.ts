import type { DashboardStack, LogStack, MetricsStack, StoreStack, TracingStack } from '../api/kinds.ts';
import type { Wire } from '../api/status.ts';
import { refKey, refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import type { Datasource } from '../components/grafana/datasource.ts';
import { elasticsearchDatasource, lokiDatasource } from '../components/grafana/datasources/logs.ts';
import { alertmanagerDatasource, type ExemplarLink, mimirDatasource } from '../components/grafana/datasources/metrics.ts';
import { tempoDatasource, type TraceLinks } from '../components/grafana/datasources/traces.ts';
import { generatorTarget, traceIdLabel } from './generator.ts';
import { alertmanagerOn, scrapeIntervalOf } from './metricsfacts.ts';
import type { StackLink } from './stacks.ts';

/** The stacks that a DashboardStack has datasources for, by signal. */
export interface Stacks {
  logs: readonly LogStack[];
  traces: readonly TracingStack[];
  metrics: readonly MetricsStack[];
}

const isKind = <T extends StoreStack>(kind: T['kind']) => (stack: StoreStack): stack is T => stack.kind === kind;

const isElasticsearch = (stack: StoreStack): boolean => 'backend' in stack.spec && stack.spec.backend === 'elasticsearch';

const namespaceOf = ({ metadata }: { metadata: { namespace?: string } }): string => metadata.namespace ?? '';

/**
 * Links, less those that cannot be made: the credentials of an Elasticsearch lie in a Secret of its namespace, and pods cannot
 * mount the Secrets of others.
 */
export const reachable = (dashboard: DashboardStack, links: readonly StackLink[]): StackLink[] =>
  links.map((link) => {
    const { target, ...rest } = link;
    if (!target || !isElasticsearch(target) || namespaceOf(target) === namespaceOf(dashboard)) return link;
    const why = `the credentials of ${refKey(link.to)} lie in namespace ${namespaceOf(target)}: move the DashboardStack there, or leave that stack out`;
    return { ...rest, state: 'Waiting', why };
  });

export function stacksOf(links: readonly StackLink[]): Stacks {
  const targets = links.flatMap(({ target }) => (target ? [target] : []));
  return {
    logs: targets.filter(isKind<LogStack>('LogStack')),
    traces: targets.filter(isKind<TracingStack>('TracingStack')),
    metrics: targets.filter(isKind<MetricsStack>('MetricsStack')),
  };
}

/** Of several other ends, of which Grafana takes one: the first of the own namespace, else the first. */
const nearest = <T extends StoreStack>(from: StoreStack, candidates: readonly T[]): T | undefined =>
  candidates.find((candidate) => namespaceOf(candidate) === namespaceOf(from)) ?? candidates[0];

function generatedBy(stack: TracingStack, { metrics }: Stacks, view: View): MetricsStack | undefined {
  const target = generatorTarget(stack, view)?.target;
  return target && metrics.find((candidate) => refKey(refOf(candidate)) === refKey(refOf(target)));
}

const traceLinks = (stack: TracingStack, stacks: Stacks, view: View): TraceLinks => ({
  logs: nearest(stack, stacks.logs),
  metrics: nearest(stack, stacks.metrics),
  generated: generatedBy(stack, stacks, view),
});

/** Label of exemplars in the metrics of OpenTelemetry's SDKs. */
const OTEL_LABEL = 'trace_id';

/** Exemplars of generators lead to the traces that they were made of; those of applications to the nearest ones. */
function exemplars(stack: MetricsStack, stacks: Stacks, view: View): ExemplarLink[] {
  const writers = stacks.traces.filter((traces) => generatedBy(traces, stacks, view) === stack);
  const generated = writers.map((traces) => ({ label: traceIdLabel(traces), traces }));
  const near = nearest(stack, stacks.traces);
  return generated.some(({ label }) => label === OTEL_LABEL) || !near ? generated : [...generated, { label: OTEL_LABEL, traces: near }];
}

function metricsSources(stack: MetricsStack, stacks: Stacks, view: View): Datasource[] {
  const alertmanager = alertmanagerOn(stack);
  const links = { exemplars: exemplars(stack, stacks, view), logs: stacks.logs, interval: scrapeIntervalOf(stack), alertmanager };
  return [mimirDatasource(stack, links), ...(alertmanager ? [alertmanagerDatasource(stack)] : [])];
}

/** A datasource for each stack, linked with the others. */
export const datasources = (stacks: Stacks, view: View): Datasource[] => [
  ...stacks.logs.map((stack) => (isElasticsearch(stack) ? elasticsearchDatasource : lokiDatasource)(stack, stacks.traces)),
  ...stacks.traces.map((stack) => tempoDatasource(stack, traceLinks(stack, stacks, view))),
  ...stacks.metrics.flatMap((stack) => metricsSources(stack, stacks, view)),
];

const wire = (from: StoreStack, to: StoreStack, what: string): Wire => ({ from: refKey(refOf(from)), to: refKey(refOf(to)), what, state: 'Active' });

function traceWires(stack: TracingStack, stacks: Stacks, view: View): Wire[] {
  const { logs, metrics, generated } = traceLinks(stack, stacks, view);
  const target = generated ?? metrics;
  return [
    ...(logs ? [wire(stack, logs, 'traces to logs')] : []),
    ...(target ? [wire(stack, target, 'traces to metrics')] : []),
    ...(generated ? [wire(stack, generated, 'service map')] : []),
  ];
}

/** The links between the datasources, for the status. */
export const correlationWires = (stacks: Stacks, view: View): Wire[] => [
  ...stacks.logs.flatMap((stack) => stacks.traces.map((traces) => wire(stack, traces, 'logs to traces'))),
  ...stacks.traces.flatMap((stack) => traceWires(stack, stacks, view)),
  ...stacks.metrics.flatMap((stack) => [
    ...exemplars(stack, stacks, view).map(({ label, traces }) => wire(stack, traces, `exemplars (${label})`)),
    ...stacks.logs.map((logs) => wire(stack, logs, 'metrics to logs')),
  ]),
];
