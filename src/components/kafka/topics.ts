import type { V1Container } from '@kubernetes/client-node';
import type { ManagedKafka } from '../../api/kafka.ts';
import { hashText, hashValue } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { type Component, componentName, object } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { resolveResources } from '../kit/profile.ts';
import type { KafkaSink } from '../kit/sink.ts';
import { kafkaSecretsHash, sinkAccess } from '../kit/sinkaccess.ts';
import type { Stage } from '../kit/stage.ts';
import { clientProperties } from './client.ts';
import { KAFKA_BIN, KAFKA_CONFIG, KAFKA_IMAGE, KAFKA_USER, TOOL_PROFILE } from './defaults.ts';
import { toProperties } from './properties.ts';
import { type Topic, topicSettings } from './topic.ts';

/**
 * What the Job runs. A constant: all that differs comes as variables and as arguments, which the shell does not read again. A topic that is
 * there keeps its records; partitions are added where some are missing, and never taken away.
 */
export const TOPIC_SCRIPT = `set -eu
topics() { ${KAFKA_BIN}/kafka-topics.sh --bootstrap-server "$BROKERS" --command-config "$CLIENT" "$@"; }
topics --create --if-not-exists --topic "$TOPIC" --partitions "$PARTITIONS" "$@"
have=$(topics --describe --topic "$TOPIC" | grep -c 'Partition: ')
if [ "$have" -lt "$PARTITIONS" ]; then topics --alter --topic "$TOPIC" --partitions "$PARTITIONS"; fi
exec ${KAFKA_BIN}/kafka-configs.sh --bootstrap-server "$BROKERS" --command-config "$CLIENT" --alter --entity-type topics --entity-name "$TOPIC" --add-config "$SETTINGS"
`;

/** What the Job needs to know. */
export interface TopicJob {
  stage: Stage;
  component: Component;
  /** Of the brokers: where it may run, and from which image. The pod template is for their container alone. */
  overrides: Pick<ManagedKafka, 'image' | 'nodeSelector' | 'tolerations' | 'priorityClassName' | 'labels' | 'annotations'>;
  sink: KafkaSink;
  topic: Topic;
  /** Copies of each partition; undefined: as the cluster does by default. */
  copies: number | undefined;
}

const settingsText = (topic: Topic): string => Object.entries(topicSettings(topic)).map(([key, value]) => `${key}=${value}`).join(',');

function container({ stage, component, overrides, sink, topic, copies }: TopicJob): V1Container {
  const access = sinkAccess(sink, 'sink');
  return {
    name: 'topics',
    image: imageReference(KAFKA_IMAGE, component.version, { image: overrides.image, registry: stage.images?.registry }),
    command: ['sh', '-c', TOPIC_SCRIPT, 'topics', ...(copies === undefined ? [] : ['--replication-factor', String(copies)])],
    env: [
      { name: 'BROKERS', value: sink.brokers.join(',') },
      { name: 'CLIENT', value: `${KAFKA_CONFIG}/client.properties` },
      { name: 'TOPIC', value: topic.name },
      { name: 'PARTITIONS', value: String(topic.partitions) },
      { name: 'SETTINGS', value: settingsText(topic) },
      { name: 'KAFKA_HEAP_OPTS', value: '-Xmx256m' },
      { name: 'LOG_DIR', value: '/tmp/logs' },
      ...access.env,
    ],
    resources: resolveResources(TOOL_PROFILE, undefined),
    volumeMounts: [{ name: 'config', mountPath: KAFKA_CONFIG, readOnly: true }, { name: 'tmp', mountPath: '/tmp' }, ...access.mounts],
  };
}

/** Tries for hours: the brokers may take long to come up. */
function spec(job: TopicJob, client: string): object {
  const { stage, component, sink, topic, overrides } = job;
  const template = podTemplate({
    component,
    overrides,
    pullSecrets: stage.images?.pullSecrets,
    configHash: hashText(client + settingsText(topic) + kafkaSecretsHash(stage, sink)),
    container: container(job),
    volumes: [{ name: 'config', configMap: { name: componentName(component) } }, { name: 'tmp', emptyDir: {} }, ...sinkAccess(sink, 'sink').volumes],
    user: KAFKA_USER,
    graceSeconds: 10,
    pod: { restartPolicy: 'OnFailure' },
  });
  return { backoffLimit: 30, template };
}

/** Makes the topic and keeps its settings. What a Job is cannot be changed: another wish is another Job, and the one before goes. */
export function topicManifests(job: TopicJob): Manifest[] {
  const { component } = job;
  const client = toProperties(clientProperties(job.sink, 'sink'));
  const wanted = spec(job, client);
  return [
    serviceAccount(component, undefined),
    configMap(component, { 'client.properties': client }),
    { ...object(component, 'batch/v1', 'Job', { suffix: hashValue(wanted).slice(0, 8) }), spec: wanted },
  ];
}

/** Name of the Job among the manifests. */
export const topicJobName = (manifests: readonly Manifest[]): string => manifests.find(({ kind }) => kind === 'Job')?.metadata.name ?? '';
