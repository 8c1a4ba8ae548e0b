import type { V1Container, V1EnvVar } from '@kubernetes/client-node';
import { quantityValue } from '../../api/quantity.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { toProperties } from '../kafka/properties.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { containerPorts, disruptionBudget, headlessService, networkPolicy, service } from '../kit/network.ts';
import { componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { kafkaSecretsHash, sinkAccess, type SinkAccess } from '../kit/sinkaccess.ts';
import { extraPeers, policiesWanted } from '../kit/stage.ts';
import { statefulSet } from '../kit/workload.ts';
import { toYaml } from '../kit/yaml.ts';
import { LOGGING, logstashYml, pipelineFiles } from './config.ts';
import { LOGSTASH_DATA, LOGSTASH_HOME, LOGSTASH_IMAGE, LOGSTASH_PORTS, LOGSTASH_SETTINGS, LOGSTASH_USER } from './defaults.ts';
import { inputPorts, logstashComponent, type LogstashInput, logstashReplicas, logstashResources, logstashVolume } from './input.ts';

const API = { name: 'api', port: LOGSTASH_PORTS.api };

/** To the store, and to the buffer where there is one. */
const accesses = (input: LogstashInput): SinkAccess[] => [sinkAccess(input.store, 'sink'), ...(input.flow.from ? [sinkAccess(input.flow.from, 'source')] : [])];

function env(input: LogstashInput): V1EnvVar[] {
  const heap = `${Math.floor(quantityValue(logstashResources(input).limits.memory ?? '2Gi') / 2 / 2 ** 20)}m`;
  return [
    { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    // The last two: what the image's own entry point adds, so that it sees the limits of the container.
    { name: 'LS_JAVA_OPTS', value: `-Xms${heap} -Xmx${heap} -Dls.cgroup.cpuacct.path.override=/ -Dls.cgroup.cpu.path.override=/` },
    ...accesses(input).flatMap((access) => access.env),
  ];
}

const probe = { httpGet: { path: '/', port: 'api' }, timeoutSeconds: 5 };

/**
 * Not by the image's entry point, which would write variables into logstash.yml. The root filesystem stays writable: whether Logstash can do
 * without is an open question of its makers (elastic/logstash#10905), and the restricted level does not ask for it.
 */
const container = (input: LogstashInput): V1Container => ({
  name: 'logstash',
  image: imageReference(LOGSTASH_IMAGE, input.version, { image: input.spec.image, registry: input.stage.images?.registry }),
  command: [`${LOGSTASH_HOME}/bin/logstash`, '--path.settings', LOGSTASH_SETTINGS],
  env: env(input),
  ports: containerPorts([API, ...inputPorts(input)]),
  startupProbe: { ...probe, periodSeconds: 10, failureThreshold: 30 },
  readinessProbe: { ...probe, periodSeconds: 10 },
  livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 10 },
  resources: logstashResources(input),
  securityContext: { readOnlyRootFilesystem: false },
  volumeMounts: [
    { name: 'settings', mountPath: LOGSTASH_SETTINGS, readOnly: true },
    { name: 'data', mountPath: LOGSTASH_DATA },
    { name: 'tmp', mountPath: '/tmp' },
    ...accesses(input).flatMap((access) => access.mounts),
  ],
});

/** Files whose change needs a restart. */
const settingsFiles = (input: LogstashInput): Record<string, string> => ({
  'logstash.yml': toYaml(logstashYml(input)),
  'log4j2.properties': toProperties(LOGGING),
});

function workload(input: LogstashInput, files: Record<string, string>): Manifest {
  const component = logstashComponent(input);
  const name = componentName(component);
  const template = podTemplate({
    component,
    overrides: input.spec,
    pullSecrets: input.stage.images?.pullSecrets,
    configHash: hashText(Object.values(files).join('') + kafkaSecretsHash(input.stage, input.flow.from)),
    container: container(input),
    volumes: [
      // One folder of two: Logstash looks for all of them in one place, and follows those of the second.
      { name: 'settings', projected: { sources: [{ configMap: { name } }, { configMap: { name: `${name}-pipelines` } }] } },
      { name: 'tmp', emptyDir: {} },
      ...accesses(input).flatMap((access) => access.volumes),
    ],
    user: LOGSTASH_USER,
    // Time to empty the queue.
    graceSeconds: 300,
  });
  const claim = { name: 'data', size: logstashVolume(input), className: input.spec.storage?.className };
  return statefulSet(component, { replicas: logstashReplicas(input), template, claims: [claim] });
}

function policy(input: LogstashInput): Manifest[] {
  if (!policiesWanted(input.stage)) return [];
  const senders = [...input.flow.clients, ...(input.spec.from ?? [])];
  return [networkPolicy(logstashComponent(input), [{ from: senders, ports: inputPorts(input) }, { from: extraPeers(input.stage), ports: [API] }])];
}

/** All objects of a Logstash, in the order in which they are applied. */
export function logstashManifests(input: LogstashInput): Manifest[] {
  const component = logstashComponent(input);
  const files = settingsFiles(input);
  const ports = inputPorts(input);
  return [
    serviceAccount(component, input.spec.serviceAccountAnnotations),
    configMap(component, files),
    configMap(component, pipelineFiles(input), 'pipelines'),
    ...(ports.length > 0 ? [service(component, ports)] : []),
    headlessService(component, [API, ...ports]),
    ...policy(input),
    ...(logstashReplicas(input) > 1 ? [disruptionBudget(component)] : []),
    workload(input, files),
  ];
}
