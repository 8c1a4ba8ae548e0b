import type { V1Container, V1PodSpec, V1SecurityContext, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { clusterRoleBinding, configMap, serviceAccount } from '../kit/config.ts';
import { type ImageOptions, imageReference } from '../kit/image.ts';
import type { Tree } from '../kit/merge.ts';
import { networkPolicy } from '../kit/network.ts';
import { type Component, componentName } from '../kit/owner.ts';
import { type PodOverrides, podTemplate } from '../kit/pod.ts';
import { type Resources, resolveResources } from '../kit/profile.ts';
import { extraPeers, policiesWanted, type Stage } from '../kit/stage.ts';
import { daemonSet, deployment } from '../kit/workload.ts';
import { BEAT_PROFILES, BEAT_USER, type Beat, beatImage, BEATS_ROLE, CONFIG_DIR, DATA_DIR, STATS_PORTS } from './defaults.ts';
import type { Output } from './output.ts';

/** One beat as a workload. */
export interface BeatWorkload {
  beat: Beat;
  component: Component;
  spec: PodOverrides & { image?: ImageOptions['image']; resources?: Resources | undefined; serviceAccountAnnotations?: Record<string, string> | undefined; config?: Tree | undefined };
  /** Text of the configuration file. */
  config: string;
  output: Output;
  /** On every node, as root; or one pod, as nobody. */
  onNode: boolean;
  /** Folders of the node. */
  host?: { volumes: V1Volume[]; mounts: V1VolumeMount[] };
  security?: V1SecurityContext;
  pod?: Partial<V1PodSpec>;
  /** Whether it talks to the API server. */
  api: boolean;
}

const NODE_NAME = { name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } };

function container(stage: Stage, w: BeatWorkload): V1Container {
  const { beat } = w;
  return {
    name: beat,
    image: imageReference(beatImage(beat), w.component.version, { image: w.spec.image, registry: stage.images?.registry }),
    // Owner and mode of a mounted file are Kubernetes' business.
    args: ['-e', '-c', `${CONFIG_DIR}/${beat}.yml`, '--strict.perms=false'],
    env: [...(w.onNode ? [NODE_NAME] : []), ...w.output.env],
    ports: [{ name: 'stats', containerPort: STATS_PORTS[beat], protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/', port: 'stats' }, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 5 },
    resources: resolveResources(BEAT_PROFILES[stage.size], w.spec.resources),
    ...(w.security ? { securityContext: w.security } : {}),
    volumeMounts: [
      { name: 'config', mountPath: CONFIG_DIR, readOnly: true },
      { name: 'data', mountPath: DATA_DIR },
      { name: 'logs', mountPath: `/usr/share/${beat}/logs` },
      ...w.output.mounts,
      ...(w.host?.mounts ?? []),
    ],
  };
}

/** The registry outlives the pod: it lies on the node, or is of no worth (nothing was read from files). */
function data({ component, onNode }: BeatWorkload): V1Volume {
  const path = `/var/lib/lgtm-operator/${component.owner.namespace}/${componentName(component)}`;
  return onNode ? { name: 'data', hostPath: { path, type: 'DirectoryOrCreate' } } : { name: 'data', emptyDir: {} };
}

function template(stage: Stage, w: BeatWorkload): ReturnType<typeof podTemplate> {
  return podTemplate({
    component: w.component,
    overrides: w.spec,
    pullSecrets: stage.images?.pullSecrets,
    configHash: hashText(w.config),
    container: container(stage, w),
    volumes: [{ name: 'config', configMap: { name: componentName(w.component) } }, data(w), { name: 'logs', emptyDir: {} }, ...w.output.volumes, ...(w.host?.volumes ?? [])],
    ...(w.onNode ? { privileges: 'node', user: { uid: 0, gid: 0 } } : { user: BEAT_USER }),
    ...(w.pod ? { pod: w.pod } : {}),
    mountToken: w.api,
    graceSeconds: 30,
  });
}

/** All objects of one beat. */
export function beatManifests(stage: Stage, w: BeatWorkload): Manifest[] {
  const port = { name: 'stats', port: STATS_PORTS[w.beat] };
  return [
    serviceAccount(w.component, w.spec.serviceAccountAnnotations),
    ...(w.api ? [clusterRoleBinding(w.component, BEATS_ROLE)] : []),
    configMap(w.component, { [`${w.beat}.yml`]: w.config }),
    ...(policiesWanted(stage) ? [networkPolicy(w.component, [{ from: extraPeers(stage), ports: [port] }])] : []),
    w.onNode ? daemonSet(w.component, template(stage, w)) : deployment(w.component, { replicas: 1, template: template(stage, w) }),
  ];
}
