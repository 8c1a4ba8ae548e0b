import type { V1EnvVar } from '@kubernetes/client-node';
import type { FluentdAggregatorSpec } from '../../api/fluentdaggregator.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import type { SecretKey } from '../../base/product.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { disruptionBudget, headlessService, type IngressRule, networkPolicy, service } from '../kit/network.ts';
import { fromSecret } from '../kit/objectstorage.ts';
import { type Component, componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import type { Flow } from '../kit/processor.ts';
import { resolveResources } from '../kit/profile.ts';
import { kafkaSecretsHash, literalEnv, sinkAccess } from '../kit/sinkaccess.ts';
import { extraPeers, policiesWanted, type Stage } from '../kit/stage.ts';
import { statefulSet } from '../kit/workload.ts';
import { aggregatorConfig, kafkaEnvironment } from './aggregator-config.ts';
import { shareOf } from './buffer.ts';
import { AGGREGATOR_PROFILES, FORWARD_PORT, METRICS_PORT, MONITOR_PORT } from './defaults.ts';
import { commonVolumes, fluentdContainer } from './pod.ts';
import { toFluentd } from './syntax.ts';

export interface AggregatorInput {
  stage: Stage;
  spec: FluentdAggregatorSpec;
  flow: Flow;
  component: Component;
  image: string;
  metrics: boolean;
  user: { uid: number; gid: number };
  sharedKey: SecretKey;
}

const replicasOf = ({ stage, spec }: AggregatorInput): number => spec.replicas ?? AGGREGATOR_PROFILES[stage.size].replicas;

const sizeOf = ({ stage, spec }: AggregatorInput) => spec.storage?.size ?? AGGREGATOR_PROFILES[stage.size].volume;

/** The buffer takes four fifths of the volume. Records from Kafka wait there; those of a sender that waits for its answer are refused. */
function configText(input: AggregatorInput): string {
  const { stage, spec, flow, metrics } = input;
  const buffer = { limit: shareOf(sizeOf(input), 0.8), overflow: 'throw_exception', retryFor: spec.retryFor } as const;
  return toFluentd(aggregatorConfig({ owner: stage.owner, from: flow.from, to: flow.to, buffer, metrics }));
}

const inputPorts = ({ flow }: AggregatorInput) => (flow.from ? [] : [FORWARD_PORT]);

/** What the input needs: settings of the Kafka that it reads from, or the key that senders must know. */
function inputEnvironment({ flow, stage, sharedKey }: AggregatorInput): V1EnvVar[] {
  if (!flow.from) return [fromSecret('SHARED_KEY', sharedKey.secret, sharedKey.key)];
  return Object.entries(kafkaEnvironment(flow.from, stage.owner)).map(([name, value]) => ({ name, value: literalEnv(value) }));
}

function workload(input: AggregatorInput, config: string): Manifest {
  const { stage, spec, flow, component } = input;
  const access = [
    sinkAccess(flow.to, 'sink'),
    ...(flow.from ? [sinkAccess(flow.from, 'source')] : []),
    { env: inputEnvironment(input), volumes: [], mounts: [] },
  ];
  const container = fluentdContainer({
    image: input.image,
    metrics: input.metrics,
    ports: inputPorts(input),
    access,
    mounts: [],
    resources: resolveResources(AGGREGATOR_PROFILES[stage.size], spec.resources),
  });
  const secrets = kafkaSecretsHash(stage, flow.to) + kafkaSecretsHash(stage, flow.from);
  const template = podTemplate({
    component,
    overrides: spec,
    pullSecrets: stage.images?.pullSecrets,
    configHash: hashText(config + JSON.stringify(inputEnvironment(input)) + secrets),
    container,
    volumes: commonVolumes(componentName(component), access),
    user: input.user,
    graceSeconds: 120,
  });
  const claim = { name: 'data', size: sizeOf(input), className: spec.storage?.className };
  return statefulSet(component, { replicas: replicasOf(input), template, claims: [claim] });
}

function policy({ stage, flow, component, metrics }: AggregatorInput): Manifest[] {
  if (!policiesWanted(stage)) return [];
  const senders: IngressRule[] = flow.from ? [] : [{ from: flow.clients, ports: [FORWARD_PORT] }];
  return [networkPolicy(component, [...senders, ...(metrics ? [{ from: extraPeers(stage), ports: [METRICS_PORT] }] : [])])];
}

/** All objects of an aggregator, in the order in which they are applied. */
export function aggregatorManifests(input: AggregatorInput): Manifest[] {
  const { component, spec } = input;
  const config = configText(input);
  const ports = inputPorts(input);
  return [
    serviceAccount(component, spec.serviceAccountAnnotations),
    configMap(component, { 'fluent.conf': config }),
    ...(ports.length > 0 ? [service(component, ports)] : []),
    headlessService(component, [...ports, MONITOR_PORT]),
    ...policy(input),
    ...(replicasOf(input) > 1 ? [disruptionBudget(component)] : []),
    workload(input, config),
  ];
}
