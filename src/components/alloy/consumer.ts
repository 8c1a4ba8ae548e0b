import type { AlloyConsumerSpec } from '../../api/alloyconsumer.ts';
import { failure, type Finding } from '../../api/finding.ts';
import type { Manifest } from '../../base/object.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { disruptionBudget } from '../kit/network.ts';
import type { Component } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import { podTemplate } from '../kit/pod.ts';
import type { Flow } from '../kit/processor.ts';
import type { KafkaSink, LokiSink } from '../kit/sink.ts';
import { kafkaSecretsHash, sinkAccess } from '../kit/sinkaccess.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { deployment } from '../kit/workload.ts';
import { consumerPipeline } from './consumer-pipeline.ts';
import { ALLOY_MINORS, ALLOY_USER, ALLOY_VERSION, CONSUMER_PROFILES } from './defaults.ts';
import { toAlloy } from './syntax.ts';
import { alloyContainer, alloyFiles, alloyPod, alloyPolicy, alloyVolumes, type AnyAlloy } from './workload.ts';

const PATH = 'spec.processing.alloy';
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function findings(spec: AlloyConsumerSpec): Finding[] {
  const path = `${PATH}.streamLabels`;
  const wrong = Object.keys(spec.streamLabels ?? {}).filter((name) => !LABEL.test(name));
  return [
    ...wrong.map((name) => failure('InvalidValue', path, `${path}: ${JSON.stringify(name)} is no label that Loki takes: use letters, digits and _, and no digit first`)),
    ...(spec.version === undefined ? [] : versionFindings(`${PATH}.version`, 'Alloy', spec.version, ALLOY_MINORS)),
  ];
}

/** Stateless: what was read is remembered by Kafka, per consumer group. */
function manifests(input: AnyAlloy, component: Component, wanted: { config: string; replicas: number; size: Stage['size'] }): Manifest[] {
  const template = podTemplate({
    ...alloyPod(input, component, wanted.config),
    mountToken: false,
    container: alloyContainer(input, CONSUMER_PROFILES[wanted.size], [], []),
    volumes: [...alloyVolumes(component, input), { name: 'data', emptyDir: {} }],
    user: ALLOY_USER,
  });
  return [
    serviceAccount(component, input.spec.serviceAccountAnnotations),
    configMap(component, alloyFiles(input, wanted.config)),
    ...alloyPolicy(input, component),
    ...(wanted.replicas > 1 ? [disruptionBudget(component)] : []),
    deployment(component, { replicas: wanted.replicas, template }),
  ];
}

function reader(stage: Stage, spec: AlloyConsumerSpec, from: KafkaSink, to: LokiSink): Part {
  const version = stage.version('alloy-kafka', spec.version, ALLOY_VERSION);
  const component: Component = { owner: stage.owner, component: 'alloy-kafka', product: 'alloy', version };
  const access = { ...sinkAccess(from, 'source'), hash: kafkaSecretsHash(stage, from) };
  const input: AnyAlloy = { owner: stage.owner, version, images: stage.images, networkPolicy: stage.networkPolicy, spec, access };
  const config = toAlloy(consumerPipeline(stage.owner, spec, from, to));
  const replicas = spec.replicas ?? CONSUMER_PROFILES[stage.size].replicas;
  return part({
    manifests: manifests(input, component, { config, replicas, size: stage.size }),
    workloads: [workloadPlan(component, 'Deployment')],
    findings: findings(spec),
    talkers: [component],
  });
}

/** An Alloy that reads records from Kafka and writes them to Loki. */
export function alloyConsumerPart(stage: Stage, spec: AlloyConsumerSpec, { from, to }: Flow): Part {
  if (!from) return part({ findings: [failure('MissingField', PATH, `${PATH}: there is no buffer to read: set spec.buffer.kafka, or remove it`)] });
  if (to.type !== 'loki') return part({ findings: [failure('SinkUnsupported', PATH, `${PATH}: Alloy cannot write to ${to.type}: use processing.logstash or processing.fluentd`)] });
  return reader(stage, spec, from, to);
}
