import type { Finding } from '../../api/finding.ts';
import { failure } from '../../api/finding.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import type { KafkaSink, LokiSink, Sink } from '../kit/sink.ts';
import { kafkaSecretsHash, sinkAccess } from '../kit/sinkaccess.ts';
import type { Stage } from '../kit/stage.ts';
import { ALLOY_VERSION } from './defaults.ts';
import { type AlloyInput, type AlloySpec, clusterComponent, lokiTarget, needsCluster, needsNode, nodeComponent } from './input.ts';
import { alloyManifests } from './manifests.ts';
import { validateAlloy } from './validate.ts';

const PATH = 'spec.collection.alloy';

function versionOf(stage: Stage, spec: AlloySpec): string {
  const name = needsNode(spec) ? 'alloy' : 'alloy-cluster';
  return stage.version(name, spec.version, ALLOY_VERSION);
}

/** Alloy speaks to Loki, and to Kafka as an OpenTelemetry collector does. */
function target(stage: Stage, sink: LokiSink | KafkaSink): Pick<AlloyInput, 'target' | 'access'> {
  if (sink.type === 'loki') return { target: lokiTarget(sink) };
  return { target: { kafka: sink }, access: { ...sinkAccess(sink, 'sink'), hash: kafkaSecretsHash(stage, sink) } };
}

const inputOf = (stage: Stage, spec: AlloySpec, sink: LokiSink | KafkaSink): AlloyInput => ({
  owner: stage.owner,
  version: versionOf(stage, spec),
  size: stage.size,
  spec,
  images: stage.images,
  networkPolicy: stage.networkPolicy,
  ...target(stage, sink),
});

const unsupported = (sink: Sink): Finding =>
  failure('SinkUnsupported', PATH, `${PATH}: Alloy cannot write to ${sink.type}: use another collector, or send to Loki or Kafka`);

/** Collection of logs by Alloy. `promtail`: folder of the node with the positions of a Promtail that it replaces. */
export function alloyPart(stage: Stage, spec: AlloySpec, sink: Sink, promtail?: string): Part {
  if (sink.type !== 'loki' && sink.type !== 'kafka') return part({ findings: [unsupported(sink)] });
  const input = { ...inputOf(stage, spec, sink), promtail };
  const node = needsNode(spec) ? [nodeComponent(input)] : [];
  const cluster = needsCluster(spec) ? [clusterComponent(input)] : [];
  return part({
    manifests: alloyManifests(input),
    workloads: [...node.map((c) => workloadPlan(c, 'DaemonSet')), ...cluster.map((c) => workloadPlan(c, 'StatefulSet'))],
    findings: validateAlloy(spec, stage.owner.namespace, stage.namespaceLabels),
    volumes: cluster.map((c) => ({ workload: `${stage.owner.name}-${c.component}`, path: `${PATH}.storage` })),
    talkers: [...node, ...cluster],
  });
}
