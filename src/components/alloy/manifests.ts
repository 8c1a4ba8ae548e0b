import type { V1Container, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { clusterRoleBinding, configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { headlessService, networkPolicy, peerOf, serviceHost } from '../kit/network.ts';
import { type Component, componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { type Profile, resolveResources } from '../kit/profile.ts';
import { daemonSet, statefulSet } from '../kit/workload.ts';
import { ALLOY_DATA, ALLOY_IMAGE, ALLOY_PORT, ALLOY_USER, CLUSTER_PROFILES, LOG_COLLECTOR_ROLE, NODE_PROFILES } from './defaults.ts';
import { type AlloyInput, clusterComponent, clusterReplicas, needsCluster, needsNode, nodeComponent } from './input.ts';
import { clusterPipeline, nodePipeline } from './pipeline.ts';
import { toAlloy } from './syntax.ts';

const CONFIG_DIR = '/etc/alloy';

const files = (input: AlloyInput, config: string): Record<string, string> => ({
  'config.alloy': config,
  ...(input.spec.extraConfig === undefined ? {} : { 'extra.alloy': input.spec.extraConfig }),
});

function clusterArgs(input: AlloyInput): string[] {
  if (clusterReplicas(input) === 1) return [];
  const component = clusterComponent(input);
  const peers = serviceHost(input.owner.namespace, `${componentName(component)}-headless`, ALLOY_PORT.port);
  return ['--cluster.enabled=true', `--cluster.join-addresses=${peers}`, `--cluster.name=${input.owner.namespace}.${componentName(component)}`];
}

function container(input: AlloyInput, profile: Profile, args: readonly string[], mounts: readonly V1VolumeMount[]): V1Container {
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
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } }],
    ports: [{ name: ALLOY_PORT.name, containerPort: ALLOY_PORT.port, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/-/ready', port: 'http' }, initialDelaySeconds: 5, periodSeconds: 5, timeoutSeconds: 3 },
    resources: resolveResources(profile, input.spec.resources),
    volumeMounts: [
      { name: 'config', mountPath: CONFIG_DIR, readOnly: true },
      { name: 'data', mountPath: ALLOY_DATA },
      { name: 'tmp', mountPath: '/tmp' },
      ...mounts,
    ],
  };
}

const commonVolumes = (component: Component): V1Volume[] => [
  { name: 'config', configMap: { name: componentName(component) } },
  { name: 'tmp', emptyDir: {} },
];

const pod = (input: AlloyInput, component: Component, config: string) => ({
  component,
  overrides: input.spec,
  pullSecrets: input.images?.pullSecrets,
  configHash: hashText(config + (input.spec.extraConfig ?? '')),
  mountToken: true,
  graceSeconds: 60,
});

const policy = (input: AlloyInput, component: Component): Manifest[] =>
  input.networkPolicy?.enabled === false
    ? []
    : [networkPolicy(component, [{ from: [peerOf(component, component), ...(input.networkPolicy?.from ?? [])], ports: [ALLOY_PORT] }])];

/** Positions live on the node: the DaemonSet's pods come and go, the files they read stay. */
function nodeManifests(input: AlloyInput): Manifest[] {
  const component = nodeComponent(input);
  const config = toAlloy(nodePipeline(input));
  const template = podTemplate({
    ...pod(input, component, config),
    container: container(input, NODE_PROFILES[input.size], [], [{ name: 'logs', mountPath: '/var/log', readOnly: true }]),
    volumes: [
      ...commonVolumes(component),
      { name: 'data', hostPath: { path: `/var/lib/lgtm-operator/${input.owner.namespace}/${componentName(component)}`, type: 'DirectoryOrCreate' } },
      { name: 'logs', hostPath: { path: '/var/log' } },
    ],
    privileges: 'node',
    user: { uid: 0, gid: 0 },
  });
  return [
    serviceAccount(component, input.spec.serviceAccountAnnotations),
    clusterRoleBinding(component, LOG_COLLECTOR_ROLE),
    configMap(component, files(input, config)),
    ...policy(input, component),
    daemonSet(component, template),
  ];
}

function clusterManifests(input: AlloyInput): Manifest[] {
  const component = clusterComponent(input);
  const profile = CLUSTER_PROFILES[input.size];
  const config = toAlloy(clusterPipeline(input));
  const template = podTemplate({
    ...pod(input, component, config),
    container: container(input, profile, clusterArgs(input), []),
    volumes: commonVolumes(component),
    user: ALLOY_USER,
  });
  const claim = { name: 'data', size: input.spec.storage?.size ?? profile.volume, className: input.spec.storage?.className };
  return [
    serviceAccount(component, input.spec.serviceAccountAnnotations),
    clusterRoleBinding(component, LOG_COLLECTOR_ROLE),
    configMap(component, files(input, config)),
    headlessService(component, [ALLOY_PORT]),
    ...policy(input, component),
    statefulSet(component, { replicas: clusterReplicas(input), template, claims: [claim] }),
  ];
}

/** All objects of an Alloy that collects logs. */
export const alloyManifests = (input: AlloyInput): Manifest[] => [
  ...(needsNode(input.spec) ? nodeManifests(input) : []),
  ...(needsCluster(input.spec) ? clusterManifests(input) : []),
];
