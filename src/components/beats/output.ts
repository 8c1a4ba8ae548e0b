import type { V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { SecretKey } from '../../base/product.ts';
import type { Tree } from '../kit/merge.ts';
import { fromSecret } from '../kit/objectstorage.ts';
import type { ElasticsearchSink, KafkaSink, LogstashSink, Sink } from '../kit/sink.ts';
import { CA_DIR } from './defaults.ts';
import { variable } from './syntax.ts';

/** How a beat reaches what comes after it: one output, and the secrets that it needs as environment and files. */
export interface Output {
  config: Tree;
  env: V1EnvVar[];
  volumes: V1Volume[];
  mounts: V1VolumeMount[];
}

/** Data stream that a beat's records belong to. */
export interface Stream {
  type: 'logs' | 'metrics';
  dataset: string;
  namespace: string;
}

interface Files {
  volumes: V1Volume[];
  mounts: V1VolumeMount[];
}

/** Keys of Secrets as files `/run/secrets/sink-ca/<name>`. */
function files(keys: Readonly<Record<string, SecretKey | undefined>>): Files {
  const sources = Object.entries(keys).flatMap(([path, key]) => (key ? [{ secret: { name: key.secret, items: [{ key: key.key, path }] } }] : []));
  if (sources.length === 0) return { volumes: [], mounts: [] };
  return { volumes: [{ name: 'sink-ca', projected: { sources } }], mounts: [{ name: 'sink-ca', mountPath: CA_DIR, readOnly: true }] };
}

/** The operator makes template and policy itself, and gives this user no right to: setup stays off. */
const elasticsearch = (sink: ElasticsearchSink, stream: Stream): Output => ({
  config: {
    'output.elasticsearch': {
      hosts: [`https://${sink.host}:${sink.port}`],
      username: sink.user,
      password: variable('SINK_PASSWORD'),
      'ssl.certificate_authorities': [`${CA_DIR}/ca.crt`],
      index: `${stream.type}-${stream.dataset}-${stream.namespace}`,
      compression_level: 1,
    },
  },
  env: [fromSecret('SINK_PASSWORD', sink.password.secret, sink.password.key)],
  ...files({ 'ca.crt': sink.ca }),
});

const logstash = (sink: LogstashSink): Output => ({
  // A Service balances connections: they are renewed now and then, so that new pods get their share.
  config: { 'output.logstash': { hosts: [`${sink.host}:${sink.port}`], ttl: '60s', pipelining: 0 } },
  env: [],
  volumes: [],
  mounts: [],
});

function kafkaTls({ tls }: KafkaSink): Tree {
  if (!tls) return {};
  return {
    'ssl.enabled': true,
    ...(tls.ca ? { 'ssl.certificate_authorities': [`${CA_DIR}/ca.crt`] } : {}),
    ...(tls.certificate ? { 'ssl.certificate': `${CA_DIR}/tls.crt`, 'ssl.key': `${CA_DIR}/tls.key` } : {}),
  };
}

const kafka = (sink: KafkaSink): Output => ({
  config: {
    'output.kafka': {
      hosts: [...sink.brokers],
      topic: sink.topic,
      // Kafka 4 speaks nothing older.
      version: '2.1.0',
      required_acks: -1,
      compression: 'gzip',
      // Larger records are dropped by the beat.
      max_message_bytes: sink.maxMessageBytes,
      'partition.round_robin': { reachable_only: false },
      ...kafkaTls(sink),
      ...(sink.sasl ? { username: variable('KAFKA_USER'), password: variable('KAFKA_PASSWORD'), 'sasl.mechanism': sink.sasl.mechanism } : {}),
    },
  },
  env: sink.sasl
    ? [fromSecret('KAFKA_USER', sink.sasl.user.secret, sink.sasl.user.key), fromSecret('KAFKA_PASSWORD', sink.sasl.password.secret, sink.sasl.password.key)]
    : [],
  ...files({ 'ca.crt': sink.tls?.ca, 'tls.crt': sink.tls?.certificate, 'tls.key': sink.tls?.key }),
});

/** The output for a sink; undefined where Beats cannot write to it. */
export function outputFor(sink: Sink, stream: Stream): Output | undefined {
  switch (sink.type) {
    case 'elasticsearch':
      return elasticsearch(sink, stream);
    case 'logstash':
      return logstash(sink);
    case 'kafka':
      return kafka(sink);
    case 'loki':
    case 'forward':
      return undefined;
  }
}
