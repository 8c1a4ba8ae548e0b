import type { Finding } from '../../api/finding.ts';
import { failure } from '../../api/finding.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import type { LokiSink, Sink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { ALLOY_VERSION } from './defaults.ts';
import { type AlloyInput, type AlloySpec, clusterComponent, needsCluster, needsNode, nodeComponent } from './input.ts';
import { alloyManifests } from './manifests.ts';
import { validateAlloy } from './validate.ts';

const PATH = 'spec.collection.alloy';

function versionOf(stage: Stage, spec: AlloySpec): string {
  const name = needsNode(spec) ? 'alloy' : 'alloy-cluster';
  return stage.version(name, spec.version, ALLOY_VERSION);
}

const inputOf = (stage: Stage, spec: AlloySpec, sink: LokiSink): AlloyInput => ({
  owner: stage.owner,
  version: versionOf(stage, spec),
  size: stage.size,
  spec,
  images: stage.images,
  networkPolicy: stage.networkPolicy,
  target: { url: `${sink.url}/loki/api/v1/push`, tenant: sink.tenant },
});

const unsupported = (sink: Sink): Finding =>
  failure('SinkUnsupported', PATH, `${PATH}: Alloy cannot write to ${sink.type}: use another collector, or send to Loki or Kafka`);

/** Collection of logs by Alloy. */
export function alloyPart(stage: Stage, spec: AlloySpec, sink: Sink): Part {
  if (sink.type !== 'loki') return part({ findings: [unsupported(sink)] });
  const input = inputOf(stage, spec, sink);
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
