import type { V1Container, V1Volume } from '@kubernetes/client-node';
import { quantityValue } from '../../api/quantity.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { containerPorts, disruptionBudget, headlessService, networkPolicy, peerOf, service } from '../kit/network.ts';
import { type Component, componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { extraPeers, policiesWanted } from '../kit/stage.ts';
import { statefulSet } from '../kit/workload.ts';
import { toYaml } from '../kit/yaml.ts';
import { mimirConfig } from './config.ts';
import { ALERTMANAGER_DIR, ALERTMANAGER_FILE, DATA_DIR, MIMIR_IMAGE, MIMIR_PROFILES, MIMIR_USER, RUNTIME_DIR } from './defaults.ts';
import { mimirComponent, MIMIR_PORTS } from './endpoints.ts';
import { hasAlertmanager, type MimirInput, mimirReplicas, mimirResources, storageOf } from './input.ts';
import { mimirRuntime } from './runtime.ts';
import { needsExpansion, storageAccess } from './storage.ts';

const HTTP = { name: 'http', port: MIMIR_PORTS.http };
const GRPC = { name: 'grpc', port: MIMIR_PORTS.grpc };
const GOSSIP = { name: 'gossip', port: MIMIR_PORTS.gossip };
const PORTS = [HTTP, GRPC, GOSSIP];

const componentOf = ({ stage, version }: MimirInput): Component => mimirComponent({ owner: stage.owner, version });

/** Go's collector works harder as this nears, instead of being killed at the limit. */
const goMemoryLimit = (limit: string): string => `${Math.floor((quantityValue(limit) * 9) / 10 / 2 ** 20)}MiB`;

const args = ({ spec }: MimirInput): string[] => [
  '-config.file=/etc/mimir/config/config.yaml',
  // By itself it looks for a private address, and does not start where pods have public ones.
  '-memberlist.advertise-addr=$(POD_IP)',
  ...(needsExpansion(storageOf(spec)) ? ['-config.expand-env=true'] : []),
];

/** The image has no shell: probes are HTTP, and there is no hook before the stop. */
function container(input: MimirInput): V1Container {
  const { stage, spec, version } = input;
  const access = storageAccess(storageOf(spec));
  const resources = mimirResources(spec);
  return {
    name: 'mimir',
    image: imageReference(MIMIR_IMAGE, version, { image: spec.mimir?.image, registry: stage.images?.registry }),
    args: args(input),
    env: [
      { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
      { name: 'GOMEMLIMIT', value: goMemoryLimit(resources.limits.memory ?? '1Gi') },
      ...access.env,
    ],
    ports: containerPorts(PORTS),
    readinessProbe: { httpGet: { path: '/ready', port: 'http' }, initialDelaySeconds: 10, periodSeconds: 5, timeoutSeconds: 3 },
    // Answered while the log of the ingester is read again, too, which may take long.
    livenessProbe: { httpGet: { path: '/api/v1/status/buildinfo', port: 'http' }, initialDelaySeconds: 60, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 10 },
    resources,
    volumeMounts: [
      { name: 'config', mountPath: '/etc/mimir/config', readOnly: true },
      { name: 'runtime', mountPath: RUNTIME_DIR, readOnly: true },
      ...(alertsSecret(input) !== undefined ? [{ name: 'alertmanager', mountPath: ALERTMANAGER_DIR, readOnly: true }] : []),
      { name: 'data', mountPath: DATA_DIR },
      { name: 'tmp', mountPath: '/tmp' },
      ...access.mounts,
    ],
  };
}

/** The Secret with the Alertmanager's configuration, where there is one. */
const alertsSecret = ({ spec }: MimirInput): string | undefined => (hasAlertmanager(spec) ? spec.alertmanager?.configSecretName : undefined);

function alertsVolume(input: MimirInput): V1Volume[] {
  const secretName = alertsSecret(input);
  return secretName === undefined ? [] : [{ name: 'alertmanager', secret: { secretName, items: [{ key: ALERTMANAGER_FILE, path: ALERTMANAGER_FILE }] } }];
}

function volumes(input: MimirInput): V1Volume[] {
  const name = componentName(componentOf(input));
  return [
    { name: 'config', configMap: { name } },
    { name: 'runtime', configMap: { name: `${name}-runtime` } },
    ...alertsVolume(input),
    { name: 'tmp', emptyDir: {} },
    ...storageAccess(storageOf(input.spec)).volumes,
  ];
}

function workload(input: MimirInput, config: string): Manifest {
  const { stage, spec, secretHash } = input;
  const component = componentOf(input);
  const template = podTemplate({
    component,
    overrides: spec.mimir ?? {},
    pullSecrets: stage.images?.pullSecrets,
    configHash: hashText(config + secretHash),
    container: container(input),
    volumes: volumes(input),
    user: MIMIR_USER,
    // What Mimir's own chart gives to ingesters: time to close what is open, and to upload what is due.
    graceSeconds: 1200,
  });
  const claim = { name: 'data', size: spec.mimir?.storage?.size ?? MIMIR_PROFILES[stage.size].volume, className: spec.mimir?.storage?.className };
  return statefulSet(component, { replicas: mimirReplicas(spec), template, claims: [claim] });
}

/** Nobody but Mimir itself speaks gRPC and gossip: neither asks who calls. */
function policy(input: MimirInput): Manifest[] {
  if (!policiesWanted(input.stage)) return [];
  const component = componentOf(input);
  return [
    networkPolicy(component, [
      ...(mimirReplicas(input.spec) > 1 ? [{ from: [peerOf(component, component)], ports: PORTS }] : []),
      { from: [...input.clients, ...extraPeers(input.stage)], ports: [HTTP] },
    ]),
  ];
}

/** All objects of a monolithic Mimir, in the order in which they are applied. */
export function mimirManifests(input: MimirInput): Manifest[] {
  const { spec } = input;
  const component = componentOf(input);
  const config = toYaml(mimirConfig(input));
  return [
    serviceAccount(component, spec.mimir?.serviceAccountAnnotations),
    configMap(component, { 'config.yaml': config }),
    configMap(component, { 'overrides.yaml': toYaml(mimirRuntime(input)) }, 'runtime'),
    service(component, [HTTP]),
    headlessService(component, PORTS),
    ...policy(input),
    ...(mimirReplicas(spec) > 1 ? [disruptionBudget(component)] : []),
    workload(input, config),
  ];
}
