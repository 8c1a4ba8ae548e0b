import { z } from 'zod';
import { annotationMap, componentOverrides, flag, objectName, version, volume } from './common.ts';
import { duration } from './duration.ts';
import { patterned } from './pattern.ts';
import { quantity } from './quantity.ts';
import { ruled } from './rule.ts';

/** Kafka as a buffer: a small one of our own, or one that exists. */

/** Clients of Kafka know no default port. */
const broker = patterned(z.string().min(3).max(260), /^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?:[0-9]{1,5}$/, 'expected host:port')
  .meta({ description: '`host:port`.' });

const topic = z
  .strictObject({
    name: patterned(z.string().min(1).max(249), /^[A-Za-z0-9._-]*[A-Za-z0-9_-]$/, 'expected letters, digits, dots, dashes and underscores').optional()
      .meta({ description: 'Default: `<namespace>.<name>.logs`.' }),
    partitions: z.int().min(1).max(256).optional()
      .meta({ description: 'As many readers can share the work. They can grow later, not shrink. Default: 6.' }),
    retention: duration('How long records are kept for readers that are late, at least: `3d`. Default: 3d.').optional(),
    retentionBytes: quantity('Bytes kept of each partition; beyond that the oldest go, whatever their age. Default: what fits the volumes of a managed Kafka, else no limit.').optional(),
    maxMessageBytes: z.int().min(1024).max(104_857_600).optional().meta({ description: 'Largest record, or batch of them once compressed, in bytes. Default: 1048588.' }),
  })
  .meta({ description: 'The topic between collectors and readers.' });

const managed = z
  .strictObject({
    version: version('Kafka').optional(),
    replicas: z.union([z.literal(1), z.literal(3)]).optional().meta({
      description: 'Nodes, each broker and controller. With three, each record lies on all, and one may fail. Cannot be changed later: the quorum and the ' +
        'replicas of topics are made for it. Default: 1 (demo, small), 3 (medium, large).',
    }),
    ...componentOverrides,
    storage: volume.optional(),
    config: annotationMap("More of the broker's own settings, as in server.properties: `{log.cleaner.threads: \"2\"}`.").optional(),
  })
  .meta({ description: 'A Kafka of our own (KRaft), for this stack alone. Plain text inside the cluster; network policies keep others out.' });

const tls = z
  .strictObject({
    caSecretName: objectName("Secret with `ca.crt`. Absent: the image's own authorities.").optional(),
    certificateSecretName: objectName('Secret with `tls.crt` and `tls.key` (PKCS#8), where the brokers ask clients for a certificate.').optional(),
  })
  .meta({ description: 'TLS. Absent: plain text.' });

const sasl = z
  .strictObject({
    mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).meta({ description: 'What the brokers ask for.' }),
    secretName: objectName('Secret with `username` and `password`. Neither may hold a quote or a backslash, which JAAS would take for syntax.'),
  })
  .meta({ description: 'Login. Absent: none.' });

const external = z
  .strictObject({
    bootstrapServers: z.array(broker).min(1).max(16).meta({ description: 'Brokers to ask first.' }),
    tls: tls.optional(),
    sasl: sasl.optional(),
    manageTopics: flag('A Job creates the topic, and keeps its settings as they are here. Default: false; the topic must then exist.').optional(),
  })
  .meta({ description: 'A Kafka that exists. Readers use the consumer groups `<namespace>.<name>.*`.' });

export const kafka = ruled(
  z
    .strictObject({
      topic: topic.optional(),
      bridges: duration('Longest outage of what reads the buffer that must lose nothing. A shorter retention is warned about. Default: 24h.').optional(),
      managed: managed.optional(),
      external: external.optional(),
    })
    .meta({ description: 'Kafka as a buffer: `managed` or `external`.' }),
  {
    cel: 'has(self.managed) != has(self.external)',
    code: 'InvalidValue',
    message: 'set exactly one of managed (a Kafka of our own) and external (one that exists)',
    holds: (k) => (k.managed === undefined) !== (k.external === undefined),
  },
);

export type KafkaSpec = z.output<typeof kafka>;
export type ManagedKafka = NonNullable<KafkaSpec['managed']>;
export type ExternalKafka = NonNullable<KafkaSpec['external']>;

