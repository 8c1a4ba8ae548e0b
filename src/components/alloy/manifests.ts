import type { Manifest } from '../../base/object.ts';
import { clusterRoleBinding, configMap, serviceAccount } from '../kit/config.ts';
import { componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { daemonSet } from '../kit/workload.ts';
import { CLUSTER_PROFILES, LOG_COLLECTOR_ROLE, NODE_PROFILES } from './defaults.ts';
import { type AlloyInput, clusterComponent, clusterReplicas, needsCluster, needsNode, nodeComponent } from './input.ts';
import { clusterPipeline, nodePipeline, PROMTAIL_POSITIONS } from './pipeline.ts';
import { toAlloy } from './syntax.ts';
import { alloyContainer, alloyFiles, alloyPod, alloyPolicy, alloyVolumes, clusteredAlloy } from './workload.ts';

/** Positions live on the node: the DaemonSet's pods come and go, the files they read stay. */
function nodeManifests(input: AlloyInput): Manifest[] {
  const component = nodeComponent(input);
  const config = toAlloy(nodePipeline(input));
  const { promtail } = input;
  const template = podTemplate({
    ...alloyPod(input, component, config),
    container: alloyContainer(input, NODE_PROFILES[input.size], [], [
      { name: 'logs', mountPath: '/var/log', readOnly: true },
      ...(promtail === undefined ? [] : [{ name: 'promtail', mountPath: PROMTAIL_POSITIONS.folder, readOnly: true }]),
    ]),
    volumes: [
      ...alloyVolumes(component, input),
      { name: 'data', hostPath: { path: `/var/lib/lgtm-operator/${input.owner.namespace}/${componentName(component)}`, type: 'DirectoryOrCreate' } },
      { name: 'logs', hostPath: { path: '/var/log' } },
      ...(promtail === undefined ? [] : [{ name: 'promtail', hostPath: { path: promtail, type: 'DirectoryOrCreate' } }]),
    ],
    privileges: 'node',
    user: { uid: 0, gid: 0 },
  });
  return [
    serviceAccount(component, input.spec.serviceAccountAnnotations),
    clusterRoleBinding(component, LOG_COLLECTOR_ROLE),
    configMap(component, alloyFiles(input, config)),
    ...alloyPolicy(input, component),
    daemonSet(component, template),
  ];
}

const clusterManifests = (input: AlloyInput): Manifest[] =>
  clusteredAlloy(input, {
    component: clusterComponent(input),
    config: toAlloy(clusterPipeline(input)),
    profile: CLUSTER_PROFILES[input.size],
    replicas: clusterReplicas(input),
    role: LOG_COLLECTOR_ROLE,
  });

/** All objects of an Alloy that collects logs. */
export const alloyManifests = (input: AlloyInput): Manifest[] => [
  ...(needsNode(input.spec) ? nodeManifests(input) : []),
  ...(needsCluster(input.spec) ? clusterManifests(input) : []),
];
