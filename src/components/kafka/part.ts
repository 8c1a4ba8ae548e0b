import type { ExternalKafka, KafkaSpec, ManagedKafka } from '../../api/kafka.ts';
import { generatedSecret } from '../kit/generated.ts';
import type { Peer } from '../kit/network.ts';
import { componentName, type Owner } from '../kit/owner.ts';
import { EMPTY_PART, type GeneratedSecret, joined, part, type Part, workloadPlan } from '../kit/part.ts';
import type { KafkaAccess, KafkaSink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { KAFKA_PORTS, KAFKA_VERSION } from './defaults.ts';
import { clusterSecret, kafkaComponent, type KafkaInput, kafkaReplicas, kafkaTopic, topicsComponent } from './input.ts';
import { kafkaManifests } from './manifests.ts';
import { maxMessageBytesOf, partitionsOf, topicName, topicOf } from './topic.ts';
import { topicJobName, topicManifests, type TopicJob } from './topics.ts';
import { externalSecrets, retentionFindings, validateManaged } from './validate.ts';

const secretKey = (secret: string | undefined, key: string) => (secret === undefined ? undefined : { secret, key });

function externalAccess({ bootstrapServers, tls, sasl }: ExternalKafka): KafkaAccess {
  return {
    brokers: bootstrapServers,
    ...(tls
      ? {
          tls: {
            ca: secretKey(tls.caSecretName, 'ca.crt'),
            certificate: secretKey(tls.certificateSecretName, 'tls.crt'),
            key: secretKey(tls.certificateSecretName, 'tls.key'),
          },
        }
      : {}),
    ...(sasl
      ? { sasl: { mechanism: sasl.mechanism, user: { secret: sasl.secretName, key: 'username' }, password: { secret: sasl.secretName, key: 'password' } } }
      : {}),
  };
}

const ownAccess = (owner: Owner): KafkaAccess => ({ brokers: [`${owner.name}-kafka.${owner.namespace}.svc:${KAFKA_PORTS.client.port}`] });

/** How collectors and processors of a stack reach its Kafka. */
export const kafkaSink = (owner: Owner, spec: KafkaSpec): KafkaSink => ({
  type: 'kafka',
  ...(spec.external ? externalAccess(spec.external) : ownAccess(owner)),
  topic: topicName(owner, spec),
  partitions: partitionsOf(spec),
  maxMessageBytes: maxMessageBytesOf(spec),
});

/** Consumer group of a reader of a stack's buffer. */
export const consumerGroup = (owner: Owner, reader: string): string => `${owner.namespace}.${owner.name}.${reader}`;

/** The id that makes the nodes one cluster. Whoever lost it could not start the volumes again: it outlives the stack as they do. */
const clusterId = (input: KafkaInput): GeneratedSecret =>
  generatedSecret(kafkaComponent(input), clusterSecret(input.owner), { 'cluster-id': { make: 'uuid' } });

function topicPart(job: TopicJob): Part {
  const manifests = topicManifests(job);
  return part({ manifests, workloads: [workloadPlan(job.component, 'Job', topicJobName(manifests))] });
}

const overridesOf = ({ image, nodeSelector, tolerations, priorityClassName, labels, annotations }: ManagedKafka): TopicJob['overrides'] => ({
  image, nodeSelector, tolerations, priorityClassName, labels, annotations,
});

function managedPart(stage: Stage, spec: KafkaSpec, managed: ManagedKafka, clients: readonly Peer[]): Part {
  const version = stage.version('kafka', managed.version, KAFKA_VERSION);
  const input: KafkaInput = { stage, owner: stage.owner, version, spec, managed, clients };
  const component = kafkaComponent(input);
  const kafka = part({
    manifests: kafkaManifests(input),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: validateManaged(input),
    generated: [clusterId(input)],
    volumes: [{ workload: componentName(component), path: 'spec.buffer.kafka.managed.storage' }],
    endpoints: [{ name: 'kafka', url: `kafka://${ownAccess(stage.owner).brokers.join()}` }],
  });
  const topic = topicPart({
    stage,
    component: topicsComponent(input),
    overrides: overridesOf(managed),
    sink: kafkaSink(stage.owner, spec),
    topic: kafkaTopic(input),
    copies: kafkaReplicas(input),
  });
  return joined([kafka, topic]);
}

/** Somebody else's brokers: nothing but the topic is made, and that only where it is asked for. */
function externalPart(stage: Stage, spec: KafkaSpec, external: ExternalKafka): Part {
  const findings = externalSecrets(external, stage);
  if (external.manageTopics !== true) return part({ findings });
  const component = topicsComponent({ owner: stage.owner, version: stage.version('kafka-topics', undefined, KAFKA_VERSION) });
  const topic = topicOf(stage.owner, spec, undefined);
  const job = topicPart({ stage, component, overrides: {}, sink: kafkaSink(stage.owner, spec), topic, copies: undefined });
  return joined([part({ findings: [...findings, ...retentionFindings(spec)] }), job]);
}

/** The buffer of a LogStack. `clients`: pods that write to it and read from it. */
export function kafkaPart(stage: Stage, spec: KafkaSpec, clients: readonly Peer[]): Part {
  if (spec.managed) return managedPart(stage, spec, spec.managed, clients);
  return spec.external ? externalPart(stage, spec, spec.external) : EMPTY_PART;
}
