import type { V1Container, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { clusterRoleBinding, configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { disruptionBudget, headlessService, networkPolicy, peerOf, serviceHost } from '../kit/network.ts';
import { type Component, componentName, type Owner } from '../kit/owner.ts';
import { podTemplate, type PodOverrides } from '../kit/pod.ts';
import { type Profile, type Resources, resolveResources } from '../kit/profile.ts';
import type { SinkAccess } from '../kit/sinkaccess.ts';
import type { Stage } from '../kit/stage.ts';
import { type ClaimInput, statefulSet } from '../kit/workload.ts';
import { ALLOY_DATA, ALLOY_IMAGE, ALLOY_PORT, ALLOY_USER } from './defaults.ts';

/** What every Alloy is made from, whatever it collects. */
export interface AnyAlloy {
  owner: Owner;
  version: string;
  images: Stage['images'];
  networkPolicy: Stage['networkPolicy'];
  spec: PodOverrides & {
    image?: string | undefined;
    resources?: Resources | undefined;
    serviceAccountAnnotations?: Record<string, string> | undefined;
    storage?: Partial<Pick<ClaimInput, 'size' | 'className'>> | undefined;
    extraConfig?: string | undefined;
  };
  /** What it needs to reach a Kafka: secrets as variables and files, and a hash of them. */
  access?: (SinkAccess & { hash: string }) | undefined;
}

const CONFIG_DIR = '/etc/alloy';

/** Our configuration, and what the user adds in a file of its own. */
export const alloyFiles = (input: AnyAlloy, config: string): Record<string, string> => ({
  'config.alloy': config,
  ...(input.spec.extraConfig === undefined ? {} : { 'extra.alloy': input.spec.extraConfig }),
});

export function alloyContainer(input: AnyAlloy, profile: Profile, args: readonly string[], mounts: readonly V1VolumeMount[]): V1Container {
  return {
    name: 'alloy',
    image: imageReference(ALLOY_IMAGE, `v${input.version}`, { image: input.spec.image, registry: input.images?.registry }),
    args: [
      'run',
      CONFIG_DIR,
      `--storage.path=${ALLOY_DATA}`,
      `--server.http.listen-addr=0.0.0.0:${ALLOY_PORT.port}`,
      '--disable-reporting',
      ...args,
    ],
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } }, ...(input.access?.env ?? [])],
    ports: [{ name: ALLOY_PORT.name, containerPort: ALLOY_PORT.port, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/-/ready', port: 'http' }, initialDelaySeconds: 5, periodSeconds: 5, timeoutSeconds: 3 },
    resources: resolveResources(profile, input.spec.resources),
    volumeMounts: [
      { name: 'config', mountPath: CONFIG_DIR, readOnly: true },
      { name: 'data', mountPath: ALLOY_DATA },
      { name: 'tmp', mountPath: '/tmp' },
      ...mounts,
      ...(input.access?.mounts ?? []),
    ],
  };
}

export const alloyVolumes = (component: Component, input?: AnyAlloy): V1Volume[] => [
  { name: 'config', configMap: { name: componentName(component) } },
  { name: 'tmp', emptyDir: {} },
  ...(input?.access?.volumes ?? []),
];

export const alloyPod = (input: AnyAlloy, component: Component, config: string) => ({
  component,
  overrides: input.spec,
  pullSecrets: input.images?.pullSecrets,
  configHash: hashText(config + (input.spec.extraConfig ?? '') + (input.access?.hash ?? '')),
  mountToken: true,
  graceSeconds: 60,
});

export const alloyPolicy = (input: AnyAlloy, component: Component): Manifest[] =>
  input.networkPolicy?.enabled === false
    ? []
    : [networkPolicy(component, [{ from: [peerOf(component, component), ...(input.networkPolicy?.from ?? [])], ports: [ALLOY_PORT] }])];

/** What pods of a StatefulSet are told, so that they share the work. */
function clusterArgs(component: Component, replicas: number): string[] {
  if (replicas === 1) return [];
  const { namespace } = component.owner;
  const peers = serviceHost(namespace, `${componentName(component)}-headless`, ALLOY_PORT.port);
  return ['--cluster.enabled=true', `--cluster.join-addresses=${peers}`, `--cluster.name=${namespace}.${componentName(component)}`];
}

/** An Alloy that works through the network alone: a StatefulSet, whose pods share what there is to do. */
export interface ClusteredAlloy {
  component: Component;
  config: string;
  profile: Profile;
  replicas: number;
  /** ClusterRole that its ServiceAccount is bound to. */
  role: string;
  /** Evict one at a time. */
  budget?: boolean;
}

export function clusteredAlloy(input: AnyAlloy, { component, config, profile, replicas, role, budget }: ClusteredAlloy): Manifest[] {
  const template = podTemplate({
    ...alloyPod(input, component, config),
    container: alloyContainer(input, profile, clusterArgs(component, replicas), []),
    volumes: alloyVolumes(component, input),
    user: ALLOY_USER,
  });
  const claim = { name: 'data', size: input.spec.storage?.size ?? profile.volume, className: input.spec.storage?.className };
  return [
    serviceAccount(component, input.spec.serviceAccountAnnotations),
    clusterRoleBinding(component, role),
    configMap(component, alloyFiles(input, config)),
    headlessService(component, [ALLOY_PORT]),
    ...alloyPolicy(input, component),
    ...(budget && replicas > 1 ? [disruptionBudget(component)] : []),
    statefulSet(component, { replicas, template, claims: [claim] }),
  ];
}
