import type { V1Container, V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { SinkAccess } from '../kit/sinkaccess.ts';
import { CONFIG_DIR, DATA_DIR, DEAD_LETTERS_DIR, DEAD_LETTERS_LIMIT, METRICS_PORT, MONITOR_PORT } from './defaults.ts';

/** What the pods of a collector and of an aggregator have in common. */

const fromField = (name: string, fieldPath: string): V1EnvVar => ({ name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } });

/** Name of the pod, for the forward protocol; of its node, by which kubernetes_metadata watches that node's pods alone. */
const environment = (access: readonly SinkAccess[]): V1EnvVar[] => [
  { name: 'FLUENTD_CONF', value: 'fluent.conf' },
  fromField('POD_NAME', 'metadata.name'),
  fromField('K8S_NODE_NAME', 'spec.nodeName'),
  ...access.flatMap(({ env }) => env),
];

const mounts = (access: readonly SinkAccess[]): V1VolumeMount[] => [
  { name: 'config', mountPath: CONFIG_DIR, readOnly: true },
  { name: 'data', mountPath: DATA_DIR },
  { name: 'dead-letters', mountPath: DEAD_LETTERS_DIR },
  { name: 'tmp', mountPath: '/tmp' },
  ...access.flatMap(({ mounts: more }) => more),
];

/** Dead letters in a directory that the kubelet empties, with the pod, once it is full; positions and buffers stay. */
export const commonVolumes = (name: string, access: readonly SinkAccess[]): V1Volume[] => [
  { name: 'config', configMap: { name } },
  { name: 'dead-letters', emptyDir: { sizeLimit: DEAD_LETTERS_LIMIT } },
  { name: 'tmp', emptyDir: {} },
  ...access.flatMap(({ volumes }) => volumes),
];

export interface ContainerInput {
  image: string;
  metrics: boolean;
  ports: readonly { name: string; port: number }[];
  access: readonly SinkAccess[];
  mounts: readonly V1VolumeMount[];
  resources: V1Container['resources'];
}

const probe = { httpGet: { path: '/api/plugins.json', port: MONITOR_PORT.name }, timeoutSeconds: 10 };

/** Alive is what answers: a buffer that does not shrink says nothing about Fluentd, only about the store. */
export const fluentdContainer = (input: ContainerInput): V1Container => ({
  name: 'fluentd',
  image: input.image,
  env: environment(input.access),
  ports: [...input.ports, MONITOR_PORT, ...(input.metrics ? [METRICS_PORT] : [])].map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })),
  startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 60 },
  readinessProbe: { ...probe, periodSeconds: 10 },
  livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 5 },
  ...(input.resources === undefined ? {} : { resources: input.resources }),
  volumeMounts: [...mounts(input.access), ...input.mounts],
});
