import { KINDS, type MetricsStack } from '../api/kinds.ts';
import type { MetricsStackSpec } from '../api/metricsstack.ts';
import { checkResource } from '../api/resource.ts';
import type { Wire } from '../api/status.ts';
import { refKey, refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { alloyMetricsPart } from '../components/alloy/metrics-part.ts';
import { peerOf, type Peer } from '../components/kit/network.ts';
import { storageText } from '../components/kit/objectstorage.ts';
import { joined, type Part } from '../components/kit/part.ts';
import type { Stage } from '../components/kit/stage.ts';
import { mimirComponent } from '../components/mimir/endpoints.ts';
import { storageOf } from '../components/mimir/input.ts';
import { mimirPart, mimirTarget } from '../components/mimir/part.ts';
import { prometheusPart } from '../components/prometheus/part.ts';
import { tempoComponent } from '../components/tempo/endpoints.ts';
import { mimirRetentionRows } from '../retention/mimir.ts';
import type { Plan } from '../status/plan.ts';
import { generatorWritersOf } from '../wiring/generator.ts';
import { bind, invalidPlan } from './bind.ts';
import { composed, dashboardPeers, dashboardWires } from './compose.ts';
import { stageOf } from './stage.ts';

/** What scrapes, and writes to the store. */
function collectionPart(stage: Stage, spec: MetricsStackSpec): Part {
  const { prometheus, alloy } = spec.collection ?? {};
  const target = mimirTarget(stage.owner, spec);
  return joined([...(prometheus ? [prometheusPart(stage, prometheus, target)] : []), ...(alloy ? [alloyMetricsPart(stage, alloy, target)] : [])]);
}

/** Who talks to the store: its collectors, the Tempos that make metrics for it, and the Grafanas that have a datasource for it. */
function clients(stack: MetricsStack, collection: Part, view: View): Peer[] {
  const store = mimirComponent({ owner: refOf(stack), version: '' });
  const tempos = generatorWritersOf(stack, view).map((tracing) => tempoComponent({ owner: refOf(tracing), version: '' }));
  return [...[...collection.talkers, ...tempos].map((writer) => peerOf(writer, store)), ...dashboardPeers(stack, store, view)];
}

/** Links from what writes into the store. */
function writerWires(stack: MetricsStack, collection: Part, view: View): Wire[] {
  const own = collection.workloads.map(({ kind, namespace, name }) => ({ kind, namespace, name }));
  return [...own, ...generatorWritersOf(stack, view).map(refOf)].map((from) => ({ from: refKey(from), to: refKey(refOf(stack)), what: 'metrics', state: 'Active' }));
}

/** Everything that a MetricsStack asks for. Pure: the same stack and view give the same plan. */
export function planMetricsStack(stack: MetricsStack, view: View): Plan {
  const wrong = checkResource(stack);
  if (wrong.length > 0) return invalidPlan(stack, wrong);
  const { spec } = stack;
  const stage = stageOf(stack, view, 'mimir');
  const collection = collectionPart(stage, spec);
  const mimir = mimirPart(stage, spec, clients(stack, collection, view));
  return composed({
    resource: stack,
    view,
    parts: [mimir, collection],
    wires: [...writerWires(stack, collection, view), ...dashboardWires(stack, view)],
    version: mimir.workloads[0]?.version ?? '',
    storage: storageText(storageOf(spec)),
    retention: mimirRetentionRows(spec),
  });
}

export const metricsStackController = bind(KINDS.MetricsStack.resource, planMetricsStack);
