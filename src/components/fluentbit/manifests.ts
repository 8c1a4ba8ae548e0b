import type { V1Container, V1EnvVar } from '@kubernetes/client-node';
import type { FluentBitSpec } from '../../api/collectors/fluentbit.ts';
import { quantityValue } from '../../api/quantity.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { LOG_COLLECTOR_ROLE } from '../alloy/defaults.ts';
import { clusterRoleBinding, configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { networkPolicy } from '../kit/network.ts';
import { type Component, componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { resolveResources } from '../kit/profile.ts';
import type { Sink } from '../kit/sink.ts';
import { kafkaSecretsHash, sinkAccess } from '../kit/sinkaccess.ts';
import { extraPeers, policiesWanted, type Stage } from '../kit/stage.ts';
import { daemonSet } from '../kit/workload.ts';
import { fluentBitConfig } from './config.ts';
import { CONFIG_DIR, CONFIG_FILE, DATA_DIR, FLUENT_BIT_IMAGE, HTTP_PORT, NODE_PROFILES } from './defaults.ts';
import { toFluentBit } from './syntax.ts';

export interface FluentBitInput {
  stage: Stage;
  spec: FluentBitSpec;
  sink: Sink;
  component: Component;
}

const configText = ({ stage, spec, sink }: FluentBitInput): string =>
  toFluentBit(
    fluentBitConfig({
      owner: stage.owner,
      podLogs: spec.podLogs,
      sink,
      limit: Math.floor(quantityValue(spec.buffer?.size ?? NODE_PROFILES[stage.size].volume)),
    }),
  );

const fromField = (name: string, fieldPath: string): V1EnvVar => ({ name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } });

/** Alive is what answers. Ready is also what can send: a store that takes nothing shows as pods that are not ready, and no restart. */
function container({ stage, spec, sink, component }: FluentBitInput): V1Container {
  const access = sinkAccess(sink, 'sink');
  return {
    name: 'fluent-bit',
    image: imageReference(FLUENT_BIT_IMAGE, component.version, { image: spec.image, registry: stage.images?.registry }),
    args: [`--config=${CONFIG_DIR}/${CONFIG_FILE}`],
    env: [fromField('POD_NAME', 'metadata.name'), fromField('NODE_NAME', 'spec.nodeName'), ...access.env],
    ports: [{ name: HTTP_PORT.name, containerPort: HTTP_PORT.port, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/api/v1/health', port: HTTP_PORT.name }, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 5 },
    livenessProbe: { httpGet: { path: '/api/v1/uptime', port: HTTP_PORT.name }, initialDelaySeconds: 30, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 5 },
    resources: resolveResources(NODE_PROFILES[stage.size], spec.resources),
    volumeMounts: [
      { name: 'config', mountPath: CONFIG_DIR, readOnly: true },
      { name: 'data', mountPath: DATA_DIR },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'logs', mountPath: '/var/log', readOnly: true },
      ...access.mounts,
    ],
  };
}

function workload(input: FluentBitInput, config: string): Manifest {
  const { stage, spec, sink, component } = input;
  const name = componentName(component);
  const template = podTemplate({
    component,
    overrides: spec,
    pullSecrets: stage.images?.pullSecrets,
    configHash: hashText(config + kafkaSecretsHash(stage, sink)),
    container: container(input),
    volumes: [
      { name: 'config', configMap: { name } },
      { name: 'tmp', emptyDir: {} },
      { name: 'data', hostPath: { path: `/var/lib/lgtm-operator/${stage.owner.namespace}/${name}`, type: 'DirectoryOrCreate' } },
      { name: 'logs', hostPath: { path: '/var/log' } },
      ...sinkAccess(sink, 'sink').volumes,
    ],
    privileges: 'node',
    user: { uid: 0, gid: 0 },
    mountToken: true,
    graceSeconds: 60,
  });
  return daemonSet(component, template);
}

/** All objects of a Fluent Bit on every node. */
export function fluentBitManifests(input: FluentBitInput): Manifest[] {
  const { stage, spec, component } = input;
  const config = configText(input);
  return [
    serviceAccount(component, spec.serviceAccountAnnotations),
    clusterRoleBinding(component, LOG_COLLECTOR_ROLE),
    configMap(component, { [CONFIG_FILE]: config }),
    ...(policiesWanted(stage) ? [networkPolicy(component, [{ from: extraPeers(stage), ports: [HTTP_PORT] }])] : []),
    workload(input, config),
  ];
}
