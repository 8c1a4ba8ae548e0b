import type { V1Container, V1EnvVar } from '@kubernetes/client-node';
import { quantityValue } from '../../api/quantity.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { containerPorts, disruptionBudget, headlessService, networkPolicy, peerOf, service } from '../kit/network.ts';
import { fromSecret } from '../kit/objectstorage.ts';
import { componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { extraPeers, policiesWanted } from '../kit/stage.ts';
import { statefulSet } from '../kit/workload.ts';
import { toYaml } from '../kit/yaml.ts';
import { LOGGING, serverProperties } from './config.ts';
import { KAFKA_BIN, KAFKA_CONFIG, KAFKA_IMAGE, KAFKA_PORTS, KAFKA_USER, KAFKA_VOLUME } from './defaults.ts';
import { clusterSecret, kafkaComponent, type KafkaInput, kafkaReplicas, kafkaResources, kafkaVolume, nodeNames, topicsComponent } from './input.ts';
import { toProperties } from './properties.ts';

const PORTS = Object.values(KAFKA_PORTS);

/** The file of a node lies under the name of its pod. */
const PROPERTIES = `${KAFKA_CONFIG}/$(POD_NAME).properties`;

/** Heap: half of the memory limit, and at most 6 GiB, beyond which the page cache serves better. */
const heap = (limit: string): string => `${Math.min(Math.floor(quantityValue(limit) / 2 / 2 ** 20), 6144)}m`;

const env = (input: KafkaInput): V1EnvVar[] => [
  { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
  { name: 'KAFKA_HEAP_OPTS', value: `-Xms${heap(kafkaResources(input).limits.memory ?? '1Gi')} -Xmx${heap(kafkaResources(input).limits.memory ?? '1Gi')}` },
  { name: 'KAFKA_LOG4J_OPTS', value: `-Dlog4j2.configurationFile=${KAFKA_CONFIG}/log4j2.yaml` },
  // Without the collector's log, which would go to a file.
  { name: 'EXTRA_ARGS', value: '-name kafkaServer' },
  { name: 'LOG_DIR', value: '/tmp/logs' },
];

const common = (input: KafkaInput): Pick<V1Container, 'image' | 'volumeMounts'> => ({
  image: imageReference(KAFKA_IMAGE, input.version, { image: input.managed.image, registry: input.stage.images?.registry }),
  volumeMounts: [
    { name: 'config', mountPath: KAFKA_CONFIG, readOnly: true },
    { name: 'data', mountPath: KAFKA_VOLUME },
    { name: 'tmp', mountPath: '/tmp' },
  ],
});

/** Writes the cluster's id onto an empty volume, and lets one be that has it. With `=`, since an id may begin with a dash. */
const format = (input: KafkaInput): V1Container => ({
  name: 'format',
  ...common(input),
  command: [`${KAFKA_BIN}/kafka-storage.sh`, 'format', '--ignore-formatted', '--cluster-id=$(CLUSTER_ID)', `--config=${PROPERTIES}`],
  env: [...env(input), fromSecret('CLUSTER_ID', clusterSecret(input.owner), 'cluster-id')],
  resources: kafkaResources(input),
});

/** The image's own start script would make a configuration from variables, with a cluster id that all the world shares. */
const broker = (input: KafkaInput): V1Container => ({
  name: 'kafka',
  ...common(input),
  command: [`${KAFKA_BIN}/kafka-server-start.sh`, PROPERTIES],
  env: env(input),
  ports: containerPorts(PORTS),
  // After a crash the logs are read again, which takes its time.
  startupProbe: { tcpSocket: { port: 'client' }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 120 },
  readinessProbe: { tcpSocket: { port: 'client' }, periodSeconds: 5, timeoutSeconds: 5 },
  livenessProbe: { tcpSocket: { port: 'client' }, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 10 },
  resources: kafkaResources(input),
});

/** Every setting of a broker needs a restart here; those of the topic need none, and are not in these files. */
const configFiles = (input: KafkaInput): Record<string, string> => ({
  'log4j2.yaml': toYaml(LOGGING),
  ...Object.fromEntries(nodeNames(input).map((node, id) => [`${node}.properties`, toProperties(serverProperties(input, id))])),
});

function workload(input: KafkaInput, files: Record<string, string>): Manifest {
  const component = kafkaComponent(input);
  const template = podTemplate({
    component,
    overrides: input.managed,
    pullSecrets: input.stage.images?.pullSecrets,
    configHash: hashText(Object.values(files).join('')),
    initContainers: [format(input)],
    container: broker(input),
    volumes: [{ name: 'config', configMap: { name: componentName(component) } }, { name: 'tmp', emptyDir: {} }],
    user: KAFKA_USER,
    // Time to hand over partitions and to write out what is in memory.
    graceSeconds: 120,
  });
  const claim = { name: 'data', size: kafkaVolume(input), className: input.managed.storage?.className };
  return statefulSet(component, { replicas: kafkaReplicas(input), template, claims: [claim] });
}

function policy(input: KafkaInput): Manifest[] {
  if (!policiesWanted(input.stage)) return [];
  const component = kafkaComponent(input);
  const clients = [...input.clients, peerOf(topicsComponent(input), component), ...extraPeers(input.stage)];
  return [networkPolicy(component, [{ from: [peerOf(component, component)], ports: PORTS }, { from: clients, ports: [KAFKA_PORTS.client] }])];
}

/** All objects of a Kafka of our own but for its topic, in the order in which they are applied. */
export function kafkaManifests(input: KafkaInput): Manifest[] {
  const component = kafkaComponent(input);
  const files = configFiles(input);
  return [
    serviceAccount(component, input.managed.serviceAccountAnnotations),
    configMap(component, files),
    service(component, [KAFKA_PORTS.client]),
    headlessService(component, PORTS),
    ...policy(input),
    ...(kafkaReplicas(input) > 1 ? [disruptionBudget(component)] : []),
    workload(input, files),
  ];
}
