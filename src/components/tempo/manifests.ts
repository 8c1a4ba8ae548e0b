import type { V1Container, V1Volume } from '@kubernetes/client-node';
import { quantityValue } from '../../api/quantity.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { containerPorts, headlessService, networkPolicy, type Peer, service } from '../kit/network.ts';
import { type Component, componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { extraPeers, policiesWanted } from '../kit/stage.ts';
import { statefulSet } from '../kit/workload.ts';
import { toYaml } from '../kit/yaml.ts';
import { tempoConfig } from './config.ts';
import { DATA_DIR, TEMPO_IMAGE, TEMPO_PROFILES, TEMPO_USER } from './defaults.ts';
import { TEMPO_PORTS, tempoComponent } from './endpoints.ts';
import { storageOf, type TempoInput, tempoResources } from './input.ts';
import { tempoRuntime } from './overrides.ts';
import { receiversOf } from './receivers.ts';
import { storageAccess } from './storage.ts';

const HTTP = { name: 'http', port: TEMPO_PORTS.http };

const EVERY_NAMESPACE: Peer = { namespaceSelector: {} };

const componentOf = ({ stage, version }: TempoInput): Component => tempoComponent({ owner: stage.owner, version });

/** Go's collector works harder as this nears, instead of being killed at the limit. */
const goMemoryLimit = (limit: string): string => `${Math.floor((quantityValue(limit) * 9) / 10 / 2 ** 20)}MiB`;

/** The image has no shell: probes are HTTP, and there is no hook before the stop. */
function container(input: TempoInput): V1Container {
  const { stage, spec, version } = input;
  const access = storageAccess(storageOf(spec));
  const resources = tempoResources(input);
  return {
    name: 'tempo',
    image: imageReference(TEMPO_IMAGE, version, { image: spec.tempo?.image, registry: stage.images?.registry }),
    args: ['-config.file=/etc/tempo/config/config.yaml'],
    env: [{ name: 'GOMEMLIMIT', value: goMemoryLimit(resources.limits.memory ?? '1Gi') }, ...access.env],
    ports: containerPorts([HTTP, ...receiversOf(spec)]),
    readinessProbe: { httpGet: { path: '/ready', port: 'http' }, initialDelaySeconds: 10, periodSeconds: 5, timeoutSeconds: 3 },
    livenessProbe: { httpGet: { path: '/status/version', port: 'http' }, initialDelaySeconds: 60, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 10 },
    resources,
    volumeMounts: [
      { name: 'config', mountPath: '/etc/tempo/config', readOnly: true },
      { name: 'runtime', mountPath: '/etc/tempo/runtime', readOnly: true },
      { name: 'data', mountPath: DATA_DIR },
      { name: 'tmp', mountPath: '/tmp' },
      ...access.mounts,
    ],
  };
}

function volumes(input: TempoInput): V1Volume[] {
  const name = componentName(componentOf(input));
  return [
    { name: 'config', configMap: { name } },
    { name: 'runtime', configMap: { name: `${name}-runtime` } },
    { name: 'tmp', emptyDir: {} },
    ...storageAccess(storageOf(input.spec)).volumes,
  ];
}

function workload(input: TempoInput, config: string): Manifest {
  const { stage, spec, secretHash } = input;
  const component = componentOf(input);
  const template = podTemplate({
    component,
    overrides: spec.tempo ?? {},
    pullSecrets: stage.images?.pullSecrets,
    configHash: hashText(config + secretHash),
    container: container(input),
    volumes: volumes(input),
    user: TEMPO_USER,
    // Time to write out what is in memory.
    graceSeconds: 300,
  });
  const claim = { name: 'data', size: spec.tempo?.storage?.size ?? TEMPO_PROFILES[stage.size].volume, className: spec.tempo?.storage?.className };
  // One, whatever the size: a second scheduler would compact and delete the same blocks.
  return statefulSet(component, { replicas: 1, template, claims: [claim] });
}

/** Any pod may send traces, unless the spec says who; only Grafana, and whom the user names, may read them. */
function policy(input: TempoInput): Manifest[] {
  const { stage, spec, clients } = input;
  if (!policiesWanted(stage)) return [];
  const more = extraPeers(stage);
  return [
    networkPolicy(componentOf(input), [
      { from: [...(spec.receivers?.from ?? [EVERY_NAMESPACE]), ...more], ports: receiversOf(spec) },
      { from: [...clients, ...more], ports: [HTTP] },
    ]),
  ];
}

/** All objects of a monolithic Tempo, in the order in which they are applied. */
export function tempoManifests(input: TempoInput): Manifest[] {
  const component = componentOf(input);
  const config = toYaml(tempoConfig(input));
  const ports = [HTTP, ...receiversOf(input.spec)];
  return [
    serviceAccount(component, input.spec.tempo?.serviceAccountAnnotations),
    configMap(component, { 'config.yaml': config }),
    configMap(component, { 'overrides.yaml': toYaml(tempoRuntime(input)) }, 'runtime'),
    service(component, ports),
    headlessService(component, ports),
    ...policy(input),
    workload(input, config),
  ];
}
