import type { FluentdSpec } from '../../api/collectors/fluentd.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { LOG_COLLECTOR_ROLE } from '../alloy/defaults.ts';
import { clusterRoleBinding, configMap, serviceAccount } from '../kit/config.ts';
import { networkPolicy } from '../kit/network.ts';
import { type Component, componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { resolveResources } from '../kit/profile.ts';
import type { Sink } from '../kit/sink.ts';
import { kafkaSecretsHash, sinkAccess } from '../kit/sinkaccess.ts';
import { extraPeers, policiesWanted, type Stage } from '../kit/stage.ts';
import { daemonSet } from '../kit/workload.ts';
import { type Overflow, shareOf } from './buffer.ts';
import { collectorConfig } from './config.ts';
import { METRICS_PORT, NODE_PROFILES } from './defaults.ts';
import { commonVolumes, fluentdContainer } from './pod.ts';
import { toFluentd } from './syntax.ts';

export interface FluentdInput {
  stage: Stage;
  spec: FluentdSpec;
  sink: Sink;
  component: Component;
  image: string;
  /** Whether the image has the Prometheus plugin; of the user's own nothing is known. */
  metrics: boolean;
}

const OVERFLOW: Readonly<Record<'block' | 'dropOldest', Overflow>> = { block: 'block', dropOldest: 'drop_oldest_chunk' };

function configText({ stage, spec, sink, metrics }: FluentdInput): string {
  const { size, overflow, retryFor } = spec.buffer ?? {};
  const limit = shareOf(size ?? NODE_PROFILES[stage.size].volume, 1);
  const buffer = { limit, overflow: OVERFLOW[overflow ?? 'block'], retryFor };
  return toFluentd(collectorConfig({ owner: stage.owner, podLogs: spec.podLogs, sink, buffer, metrics }));
}

const metricsPolicy = ({ stage, component, metrics }: FluentdInput): Manifest[] =>
  policiesWanted(stage) ? [networkPolicy(component, metrics ? [{ from: extraPeers(stage), ports: [METRICS_PORT] }] : [])] : [];

function workload(input: FluentdInput, config: string): Manifest {
  const { stage, spec, sink, component } = input;
  const name = componentName(component);
  const access = [sinkAccess(sink, 'sink')];
  const container = fluentdContainer({
    image: input.image,
    metrics: input.metrics,
    ports: [],
    access,
    mounts: [{ name: 'logs', mountPath: '/var/log', readOnly: true }],
    resources: resolveResources(NODE_PROFILES[stage.size], spec.resources),
  });
  const template = podTemplate({
    component,
    overrides: spec,
    pullSecrets: stage.images?.pullSecrets,
    configHash: hashText(config + kafkaSecretsHash(stage, sink)),
    container,
    volumes: [
      ...commonVolumes(name, access),
      { name: 'data', hostPath: { path: `/var/lib/lgtm-operator/${stage.owner.namespace}/${name}`, type: 'DirectoryOrCreate' } },
      { name: 'logs', hostPath: { path: '/var/log' } },
    ],
    privileges: 'node',
    user: { uid: 0, gid: 0 },
    mountToken: true,
    graceSeconds: 60,
  });
  return daemonSet(component, template);
}

/** All objects of a Fluentd on every node. */
export function fluentdManifests(input: FluentdInput): Manifest[] {
  const config = configText(input);
  return [
    serviceAccount(input.component, input.spec.serviceAccountAnnotations),
    clusterRoleBinding(input.component, LOG_COLLECTOR_ROLE),
    configMap(input.component, { 'fluent.conf': config }),
    ...metricsPolicy(input),
    workload(input, config),
  ];
}
