import type { V1Container, V1Volume } from '@kubernetes/client-node';
import { quantityValue } from '../../api/quantity.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { disruptionBudget, headlessService, networkPolicy, peerOf, service } from '../kit/network.ts';
import { componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { statefulSet } from '../kit/workload.ts';
import { toYaml } from '../kit/yaml.ts';
import { lokiConfig, lokiRuntime } from './config.ts';
import { DATA_DIR, LOKI_IMAGE, LOKI_PORTS, LOKI_PROFILES, LOKI_USER } from './defaults.ts';
import { lokiComponent, type LokiInput, lokiReplicas, lokiResources, sizeOf, storageOf } from './input.ts';
import { needsExpansion, storageAccess } from './storage.ts';

const HTTP = { name: 'http', port: LOKI_PORTS.http };
const GRPC = { name: 'grpc', port: LOKI_PORTS.grpc };
const GOSSIP = { name: 'gossip', port: LOKI_PORTS.gossip };
const PORTS = [HTTP, GRPC, GOSSIP];

/** Go's collector works harder as this nears, instead of being killed at the limit. */
const goMemoryLimit = (limit: string): string => `${Math.floor((quantityValue(limit) * 9) / 10 / 2 ** 20)}MiB`;

/** The image has no shell: probes are HTTP, and there is no hook before the stop. */
function container(input: LokiInput): V1Container {
  const storage = storageOf(input.spec);
  const access = storageAccess(storage);
  const resources = lokiResources(input.spec);
  return {
    name: 'loki',
    image: imageReference(LOKI_IMAGE, input.version, { image: input.spec.loki?.image, registry: input.spec.images?.registry }),
    args: ['-config.file=/etc/loki/config/config.yaml', '-target=all', ...(needsExpansion(storage) ? ['-config.expand-env=true'] : [])],
    env: [{ name: 'GOMEMLIMIT', value: goMemoryLimit(resources.limits.memory ?? '1Gi') }, ...access.env],
    ports: PORTS.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })),
    readinessProbe: { httpGet: { path: '/ready', port: 'http' }, initialDelaySeconds: 10, periodSeconds: 5, timeoutSeconds: 3 },
    livenessProbe: {
      httpGet: { path: '/loki/api/v1/status/buildinfo', port: 'http' },
      initialDelaySeconds: 30,
      periodSeconds: 30,
      timeoutSeconds: 5,
      failureThreshold: 10,
    },
    resources,
    volumeMounts: [
      { name: 'config', mountPath: '/etc/loki/config', readOnly: true },
      { name: 'runtime', mountPath: '/etc/loki/runtime', readOnly: true },
      { name: 'data', mountPath: DATA_DIR },
      { name: 'tmp', mountPath: '/tmp' },
      ...access.mounts,
    ],
  };
}

function volumes(input: LokiInput): V1Volume[] {
  const name = componentName(lokiComponent(input));
  return [
    { name: 'config', configMap: { name } },
    { name: 'runtime', configMap: { name: `${name}-runtime` } },
    { name: 'tmp', emptyDir: {} },
    ...storageAccess(storageOf(input.spec)).volumes,
  ];
}

function workload(input: LokiInput, config: string): Manifest {
  const component = lokiComponent(input);
  const profile = LOKI_PROFILES[sizeOf(input.spec)];
  const template = podTemplate({
    component,
    overrides: input.spec.loki ?? {},
    pullSecrets: input.spec.images?.pullSecrets,
    configHash: hashText(config + input.secretHash),
    container: container(input),
    volumes: volumes(input),
    user: LOKI_USER,
    // Time to write out what is in memory (flush_on_shutdown).
    graceSeconds: 300,
  });
  const claim = { name: 'data', size: input.spec.loki?.storage?.size ?? profile.volume, className: input.spec.loki?.storage?.className };
  return statefulSet(component, { replicas: lokiReplicas(input.spec), template, claims: [claim] });
}

function policy(input: LokiInput): Manifest[] {
  if (input.spec.networkPolicy?.enabled === false) return [];
  const component = lokiComponent(input);
  const self = peerOf(component, component);
  return [
    networkPolicy(component, [
      { from: [self], ports: PORTS },
      { from: [...input.clients, ...(input.spec.networkPolicy?.from ?? [])], ports: [HTTP] },
    ]),
  ];
}

/** All objects of a monolithic Loki, in the order in which they are applied. */
export function lokiManifests(input: LokiInput): Manifest[] {
  const component = lokiComponent(input);
  const config = toYaml(lokiConfig(input));
  return [
    serviceAccount(component, input.spec.loki?.serviceAccountAnnotations),
    configMap(component, { 'config.yaml': config }),
    configMap(component, { 'overrides.yaml': toYaml(lokiRuntime(input.spec)) }, 'runtime'),
    service(component, [HTTP, GRPC]),
    headlessService(component, PORTS),
    ...policy(input),
    ...(lokiReplicas(input.spec) > 1 ? [disruptionBudget(component)] : []),
    workload(input, config),
  ];
}
