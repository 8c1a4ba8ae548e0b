import { durationMs, formatDuration } from '../../api/duration.ts';
import { failure, type Finding, warning } from '../../api/finding.ts';
import type { ExternalKafka, KafkaSpec } from '../../api/kafka.ts';
import { canonicalQuantity, quantityValue } from '../../api/quantity.ts';
import { ANNOTATION } from '../../base/names.ts';
import type { KubeObject } from '../../base/object.ts';
import { ownedHits, ownedMessage } from '../kit/merge.ts';
import { componentName } from '../kit/owner.ts';
import { requiredSecret } from '../kit/secret.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { appliedReplicas } from '../kit/workload.ts';
import { KAFKA_OWNED } from './config.ts';
import { KAFKA_MINORS, TOPIC_DEFAULTS } from './defaults.ts';
import { kafkaComponent, type KafkaInput, kafkaReplicas, kafkaVolume } from './input.ts';
import { partitionsOf, retentionOf } from './topic.ts';

const PATH = 'spec.buffer.kafka';
const MANAGED = `${PATH}.managed`;

/** A buffer that forgets sooner than the outage ends loses what it is there for. */
export function retentionFindings(spec: KafkaSpec): Finding[] {
  const bridges = spec.bridges ?? TOPIC_DEFAULTS.bridges;
  const kept = durationMs(retentionOf(spec));
  if (kept >= durationMs(bridges)) return [];
  const path = `${PATH}.topic.retention`;
  const message = `${path}: records are kept for ${formatDuration(kept)}, but an outage of ${bridges} is to be bridged: raise it to ${bridges} or more, or lower ${PATH}.bridges`;
  return [warning('BufferTooShort', path, message)];
}

const ownedPaths = (config: Readonly<Record<string, string>>): Finding[] =>
  ownedHits({ ...config }, KAFKA_OWNED).map((hit) => failure('PathOwned', `${MANAGED}.config.${hit.path}`, ownedMessage(`${MANAGED}.config`, hit)));

/** Every node holds every partition. */
function volumeFindings(input: KafkaInput): Finding[] {
  const bytes = input.spec.topic?.retentionBytes;
  const volume = kafkaVolume(input);
  const partitions = partitionsOf(input.spec);
  if (bytes === undefined || quantityValue(bytes) * partitions <= quantityValue(volume) * 0.9) return [];
  const path = `${PATH}.topic.retentionBytes`;
  const most = `${Math.floor((quantityValue(volume) * 0.9) / partitions / 2 ** 20)}Mi`;
  const what = `${partitions} partitions of ${canonicalQuantity(bytes)} do not fit a volume of ${canonicalQuantity(volume)}`;
  return [warning('BufferTooLarge', path, `${path}: ${what}, and a Kafka whose disk is full stops: lower it to ${most} or less, or leave it out`)];
}

const noted = (live: KubeObject | undefined): number => Number(live?.metadata.annotations?.[ANNOTATION.replicas]);

/** The voters and the copies of each topic are made for a number of nodes. */
function replicaFindings(input: KafkaInput): Finding[] {
  const name = componentName(kafkaComponent(input));
  const live = input.stage.child('StatefulSet', name);
  const wanted = kafkaReplicas(input);
  const replicas = appliedReplicas(live);
  // One of the two places may have been changed by hand: that is repaired.
  if (replicas === undefined || replicas === wanted || noted(live) === wanted) return [];
  const path = `${MANAGED}.replicas`;
  return [failure('ReplicasFixed', path, `${path}: StatefulSet ${name} was made for ${replicas}, which cannot change: set ${path} to ${replicas}, or make a new stack`)];
}

/** What can be said of a Kafka of our own. */
export const validateManaged = (input: KafkaInput): Finding[] => [
  ...(input.managed.version === undefined ? [] : versionFindings(`${MANAGED}.version`, 'Kafka', input.managed.version, KAFKA_MINORS)),
  ...ownedPaths(input.managed.config ?? {}),
  ...replicaFindings(input),
  ...volumeFindings(input),
  ...retentionFindings(input.spec),
];

/** What the Secrets of an external Kafka lack. */
export function externalSecrets({ tls, sasl }: ExternalKafka, stage: Stage): Finding[] {
  const { namespace } = stage.owner;
  const wanted: readonly [string | undefined, string, readonly string[]][] = [
    [tls?.caSecretName, 'tls.caSecretName', ['ca.crt']],
    [tls?.certificateSecretName, 'tls.certificateSecretName', ['tls.crt', 'tls.key']],
    [sasl?.secretName, 'sasl.secretName', ['username', 'password']],
  ];
  return wanted.flatMap(([name, field, keys]) =>
    name === undefined ? [] : requiredSecret({ namespace, name, path: `${PATH}.external.${field}`, keys }, (secret) => stage.secret(secret)));
}
