import { KINDS, type LogStack } from '../../api/kinds.ts';
import type { LogStackSpec } from '../../api/logstack.ts';
import { checkResource } from '../../api/resource.ts';
import type { LokiSchemaPeriod, Wire } from '../../api/status.ts';
import { refKey, refOf } from '../../base/object.ts';
import type { View } from '../../base/view.ts';
import { elasticsearchComponent } from '../../components/elasticsearch/endpoints.ts';
import { elasticsearchPart } from '../../components/elasticsearch/part.ts';
import { kibanaPart } from '../../components/kibana/part.ts';
import { peerOf, type Peer } from '../../components/kit/network.ts';
import { storageText } from '../../components/kit/objectstorage.ts';
import type { Component } from '../../components/kit/owner.ts';
import type { Part } from '../../components/kit/part.ts';
import type { Stage } from '../../components/kit/stage.ts';
import { SCHEMA_FROM } from '../../components/loki/defaults.ts';
import { lokiComponent, storageOf } from '../../components/loki/input.ts';
import { lokiPart } from '../../components/loki/part.ts';
import { elasticsearchRetentionRows } from '../../retention/elasticsearch.ts';
import { kafkaRetentionRows } from '../../retention/kafka.ts';
import { lokiRetentionRow } from '../../retention/loki.ts';
import type { Plan } from '../../status/plan.ts';
import { bind, invalidPlan } from '../bind.ts';
import { composed, dashboardPeers, dashboardWires } from '../compose.ts';
import { stageOf } from '../stage.ts';
import { type Pipeline, pipeline, pipelinePart } from './pipeline.ts';

/** Who talks to the store: the end of the pipeline, and the Grafanas that have a datasource for it. */
const clients = (stack: LogStack, store: Component, writers: readonly Component[], view: View): Peer[] => [
  ...writers.map((component) => peerOf(component, store)),
  ...dashboardPeers(stack, store, view),
];

function storeParts(stack: LogStack, stage: Stage, flow: Pipeline, view: View): Part[] {
  const { spec } = stack;
  const at = { owner: stage.owner, version: '' };
  if (spec.backend === 'loki') return [lokiPart(stage, spec, clients(stack, lokiComponent(at), flow.writers, view))];
  const kibana = spec.kibana ? kibanaPart(stage, spec) : undefined;
  const talkers = [...flow.writers, ...(kibana?.talkers ?? [])];
  return [elasticsearchPart(stage, spec, clients(stack, elasticsearchComponent(at), talkers, view)), ...(kibana ? [kibana] : [])];
}

/** Links from the stack's own workloads to its store. */
const collectorWires = (stack: LogStack, { writers }: Pipeline, parts: readonly Part[]): Wire[] => {
  const workloads = parts.flatMap((part) => part.workloads);
  return writers.flatMap(({ component }) =>
    workloads
      .filter((workload) => workload.component === component)
      .map(({ kind, namespace, name }): Wire => ({ from: refKey({ kind, namespace, name }), to: refKey(refOf(stack)), what: 'logs', state: 'Active' })));
};

const schemas = (spec: LogStackSpec): LokiSchemaPeriod[] =>
  spec.backend === 'loki' ? [{ from: SCHEMA_FROM, store: 'tsdb', schema: 'v13', objectStore: storageOf(spec).type }] : [];

const storage = (spec: LogStackSpec): string => (spec.backend === 'loki' ? storageText(storageOf(spec)) : 'volumes of the nodes');

const storeRetention = ({ owner }: Stage, spec: LogStackSpec): Plan['retention'] =>
  spec.backend === 'loki' ? [lokiRetentionRow(spec.retention)] : elasticsearchRetentionRows(owner, spec);

/** Everything that a LogStack asks for. Pure: the same stack and view give the same plan. */
export function planLogStack(stack: LogStack, view: View): Plan {
  const wrong = checkResource(stack);
  if (wrong.length > 0) return invalidPlan(stack, wrong);
  const { spec } = stack;
  const stage = stageOf(stack, view, spec.backend);
  const flow = pipeline(stage, spec);
  const stores = storeParts(stack, stage, flow, view);
  const parts = [...stores, pipelinePart(flow)];
  const store = stores[0]?.workloads.find(({ component }) => component === spec.backend);
  return composed({
    resource: stack,
    view,
    parts,
    wires: [...collectorWires(stack, flow, parts), ...dashboardWires(stack, view)],
    version: store?.version ?? '',
    storage: storage(spec),
    retention: [...storeRetention(stage, spec), ...kafkaRetentionRows(spec.buffer?.kafka)],
    schemas: schemas(spec),
  });
}

export const logStackController = bind(KINDS.LogStack.resource, planLogStack);
