import type { V1Container } from '@kubernetes/client-node';
import type { PromtailSpec } from '../../api/collectors/promtail.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { LOG_COLLECTOR_ROLE } from '../alloy/defaults.ts';
import { clusterRoleBinding, configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { networkPolicy } from '../kit/network.ts';
import { type Component, componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { resolveResources } from '../kit/profile.ts';
import type { LokiSink } from '../kit/sink.ts';
import { extraPeers, policiesWanted, type Stage } from '../kit/stage.ts';
import { daemonSet } from '../kit/workload.ts';
import { toYaml } from '../kit/yaml.ts';
import { promtailConfig } from './config.ts';
import { POSITIONS_DIR, PROMTAIL_IMAGE, PROMTAIL_PORT, PROMTAIL_PROFILES } from './defaults.ts';

/** Folder of the node in which Promtail keeps its positions. */
export const positionsFolder = (component: Component): string => `/var/lib/lgtm-operator/${component.owner.namespace}/${componentName(component)}`;

const container = (stage: Stage, spec: PromtailSpec, version: string): V1Container => ({
  name: 'promtail',
  image: imageReference(PROMTAIL_IMAGE, version, { image: spec.image, registry: stage.images?.registry }),
  args: ['-config.file=/etc/promtail/config.yaml'],
  // Promtail compares the host of a target with this.
  env: [{ name: 'HOSTNAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } }],
  ports: [{ name: PROMTAIL_PORT.name, containerPort: PROMTAIL_PORT.port, protocol: 'TCP' }],
  readinessProbe: { httpGet: { path: '/ready', port: 'http' }, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 3 },
  resources: resolveResources(PROMTAIL_PROFILES[stage.size], spec.resources),
  volumeMounts: [
    { name: 'config', mountPath: '/etc/promtail', readOnly: true },
    { name: 'positions', mountPath: POSITIONS_DIR },
    { name: 'logs', mountPath: '/var/log', readOnly: true },
  ],
});

/** All objects of a Promtail. */
export function promtailManifests(stage: Stage, spec: PromtailSpec, component: Component, sink: LokiSink): Manifest[] {
  const config = toYaml(promtailConfig(spec, sink));
  const template = podTemplate({
    component,
    overrides: spec,
    pullSecrets: stage.images?.pullSecrets,
    configHash: hashText(config),
    container: container(stage, spec, component.version),
    volumes: [
      { name: 'config', configMap: { name: componentName(component) } },
      { name: 'positions', hostPath: { path: positionsFolder(component), type: 'DirectoryOrCreate' } },
      { name: 'logs', hostPath: { path: '/var/log' } },
    ],
    privileges: 'node',
    user: { uid: 0, gid: 0 },
    mountToken: true,
    graceSeconds: 60,
  });
  return [
    serviceAccount(component, spec.serviceAccountAnnotations),
    clusterRoleBinding(component, LOG_COLLECTOR_ROLE),
    configMap(component, { 'config.yaml': config }),
    ...(policiesWanted(stage) ? [networkPolicy(component, [{ from: extraPeers(stage), ports: [PROMTAIL_PORT] }])] : []),
    daemonSet(component, template),
  ];
}
