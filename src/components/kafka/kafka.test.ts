import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kafka, type KafkaSpec } from '../../api/kafka.ts';
import type { Manifest } from '../../base/object.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, present, stage } from '../../testing/resources.ts';
import type { Part } from '../kit/part.ts';
import type { Stage } from '../kit/stage.ts';
import { toYaml } from '../kit/yaml.ts';
import { kafkaPart, kafkaSink } from './part.ts';
import { toProperties } from './properties.ts';
import { parseProperties } from './testing/properties.ts';
import { topicOf } from './topic.ts';
import { TOPIC_SCRIPT } from './topics.ts';

const OWNER = { kind: 'LogStack', namespace: 'obs', name: 'logs' };

const EXTERNAL: KafkaSpec = {
  topic: { name: 'logs' },
  external: {
    bootstrapServers: ['k1:9093', 'k2:9093'],
    tls: { caSecretName: 'ca', certificateSecretName: 'cert' },
    sasl: { mechanism: 'SCRAM-SHA-512', secretName: 'login' },
    manageTopics: true,
  },
};

const render = (spec: KafkaSpec, over: Partial<Stage> = {}): Part => kafkaPart(stage(over), spec, [{ podSelector: { matchLabels: { app: 'filebeat' } } }]);

const properties = (spec: KafkaSpec, node = 0, over: Partial<Stage> = {}): string =>
  dataOf(manifestNamed(render(spec, over).manifests, 'ConfigMap', 'logs-kafka'), `logs-kafka-${node}.properties`);

const setting = (spec: KafkaSpec, name: string, node = 0): string | undefined => new Map(parseProperties(properties(spec, node))).get(name);

const jobName = (spec: KafkaSpec, over: Partial<Stage> = {}): string => render(spec, over).manifests.find(({ kind }) => kind === 'Job')?.metadata.name ?? '';

const hashOf = (spec: KafkaSpec): string | undefined => {
  const { spec: set } = manifestNamed(render(spec).manifests, 'StatefulSet', 'logs-kafka') as unknown as { spec: { template: Manifest } };
  return set.template.metadata.annotations?.['lgtm-operator.io/config-hash'];
};

const golden = (name: string): URL => new URL(`golden/${name}`, import.meta.url);

const objects = (part: Part): string => part.manifests.filter(({ kind }) => kind !== 'ConfigMap').map((o) => `---\n${toYaml(elided(o))}`).join('');

describe('configuration', () => {
  it('of one of three nodes is as reviewed', () => {
    expectGolden(golden('three.properties'), properties({ managed: { replicas: 3, config: { 'num.io.threads': '4' } } }, 2));
  });

  it('of the client of an external Kafka is as reviewed, and holds no secret', () => {
    expectGolden(golden('client.properties'), dataOf(manifestNamed(render(EXTERNAL).manifests, 'ConfigMap', 'logs-kafka-topics'), 'client.properties'));
  });

  it('keeps its logs in a folder of the volume, and off the default that is lost', () => {
    expect(setting({ managed: {} }, 'log.dirs')).toBe('/var/lib/kafka/data/logs');
  });

  it('names no topic that nobody made, and no leader that lacks records', () => {
    expect(setting({ managed: {} }, 'auto.create.topics.enable')).toBe('false');
    expect(setting({ managed: {} }, 'unclean.leader.election.enable')).toBe('false');
  });

  it.each<[1 | 3, string, string]>([[1, '1', '1'], [3, '3', '2']])('with %i nodes has %s copies and waits for %s', (replicas, copies, inSync) => {
    const spec: KafkaSpec = { managed: { replicas } };
    for (const name of ['default.replication.factor', 'offsets.topic.replication.factor', 'transaction.state.log.replication.factor', 'share.coordinator.state.topic.replication.factor']) {
      expect(setting(spec, name)).toBe(copies);
    }
    for (const name of ['min.insync.replicas', 'transaction.state.log.min.isr', 'share.coordinator.state.topic.min.isr']) expect(setting(spec, name)).toBe(inSync);
    expect(setting(spec, 'controller.quorum.voters')?.split(',')).toHaveLength(replicas);
  });

  it('gives each node its own id and address, and all the same voters', () => {
    const spec: KafkaSpec = { managed: { replicas: 3 } };
    expect([0, 1, 2].map((node) => setting(spec, 'node.id', node))).toEqual(['0', '1', '2']);
    expect(setting(spec, 'advertised.listeners', 1)).toBe('CLIENT://logs-kafka-1.logs-kafka-headless.obs.svc:9092,INTERNAL://logs-kafka-1.logs-kafka-headless.obs.svc:9094');
    expect(new Set([0, 1, 2].map((node) => setting(spec, 'controller.quorum.voters', node))).size).toBe(1);
  });
});

describe('the topic', () => {
  it('fits the volume with all of its partitions, segments that are still written included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 256 }), (gib, partitions) => {
        const { retentionBytes = 0, segmentBytes } = topicOf(OWNER, { topic: { partitions }, managed: {} }, `${gib}Gi`);
        fc.pre((gib * 2 ** 30) / partitions > 32 * 2 ** 20);
        expect((retentionBytes + segmentBytes) * partitions).toBeLessThanOrEqual(0.8 * gib * 2 ** 30);
        expect(retentionBytes).toBeGreaterThanOrEqual(segmentBytes);
      }),
    );
  });

  it('stamps records itself: by their own time, late ones would be gone as they come', () => {
    const job = render({ managed: {} }).manifests.find(({ kind }) => kind === 'Job');
    expect(JSON.stringify(job)).toContain('message.timestamp.type=LogAppendTime');
  });

  it('is made by a Job that a new wish replaces, and nothing else', () => {
    const plain = jobName({ managed: {} });
    expect(plain).toMatch(/^logs-kafka-topics-[0-9a-f]{8}$/);
    expect(jobName({ managed: { config: { 'num.io.threads': '4' }, resources: { limits: { memory: '3Gi' } } }, bridges: '1h' })).toBe(plain);
    expect(new Set([plain, jobName({ managed: {}, topic: { partitions: 9 } }), jobName({ managed: {}, topic: { retention: '1d' } }), jobName({ managed: { version: '4.0.0' } })]).size).toBe(4);
  });

  it('goes where the brokers may', () => {
    const tolerations = [{ key: 'dedicated', operator: 'Exists' as const }];
    const job = render({ managed: { tolerations, podTemplate: { spec: { containers: [{ name: 'kafka', tty: true }] } } } }).manifests.find(({ kind }) => kind === 'Job');
    expect(job).toMatchObject({ spec: { template: { spec: { tolerations, containers: [{ name: 'topics' }] } } } });
  });

  it('has a name that leaves room: 38 characters for the stack make 60', () => {
    expect(jobName({ managed: {} }, { owner: { ...OWNER, name: 'x'.repeat(38) } }).length).toBeLessThanOrEqual(63);
  });

  it('comes to the shell as variables, never as text', () => {
    const { manifests } = kafkaPart(stage(), { ...EXTERNAL, topic: { name: 'a-topic_1' } }, []);
    const container = (manifests.find(({ kind }) => kind === 'Job') as unknown as { spec: { template: { spec: { containers: { command: string[] }[] } } } }).spec.template.spec.containers[0];
    expect(container?.command).toEqual(['sh', '-c', TOPIC_SCRIPT, 'topics']);
    expect(TOPIC_SCRIPT).not.toContain('a-topic_1');
  });
});

describe('objects', () => {
  it('of one node are as reviewed', () => {
    expectGolden(golden('one.objects.yaml'), objects(render({ managed: {} })));
  });

  it('of an external Kafka are as reviewed', () => {
    expectGolden(golden('external.objects.yaml'), objects(render(EXTERNAL)));
  });

  it('are none where the topic is made by others', () => {
    expect(render({ external: { bootstrapServers: ['k:9092'] } }).manifests).toEqual([]);
  });

  it('have an id of their own, made once', () => {
    expect(render({ managed: {} }).generated.map(({ manifest, keys }) => [manifest.metadata.name, keys])).toEqual([['logs-kafka-cluster', { 'cluster-id': { make: 'uuid' } }]]);
  });

  it('of three nodes spare two from eviction', () => {
    expect(render({ managed: { replicas: 3 } }).manifests.map(({ kind }) => kind)).toContain('PodDisruptionBudget');
    expect(render({ managed: {} }).manifests.map(({ kind }) => kind)).not.toContain('PodDisruptionBudget');
  });

  it('restart for a setting of the broker, and not for one of the topic', () => {
    const plain = hashOf({ managed: {} });
    expect(hashOf({ managed: {}, topic: { partitions: 12, retention: '9d', name: 'x' }, bridges: '2h' })).toBe(plain);
    expect(hashOf({ managed: { config: { 'num.io.threads': '4' } } })).not.toBe(plain);
  });
});

describe('the sink', () => {
  it('names the service of our own, or the brokers and Secrets of an external one', () => {
    expect(kafkaSink(OWNER, { managed: {} })).toEqual({ type: 'kafka', brokers: ['logs-kafka.obs.svc:9092'], topic: 'obs.logs.logs', partitions: 6, maxMessageBytes: 1_048_588 });
    expect(kafkaSink(OWNER, EXTERNAL)).toMatchObject({
      brokers: ['k1:9093', 'k2:9093'],
      topic: 'logs',
      tls: { ca: { secret: 'ca', key: 'ca.crt' }, certificate: { secret: 'cert', key: 'tls.crt' }, key: { secret: 'cert', key: 'tls.key' } },
      sasl: { mechanism: 'SCRAM-SHA-512', user: { secret: 'login', key: 'username' }, password: { secret: 'login', key: 'password' } },
    });
  });
});

const codes = (spec: KafkaSpec, over: Partial<Stage> = {}): string[] => render(spec, over).findings.map(({ code, severity, path }) => `${severity} ${code} ${path}`);

describe('validation', () => {
  it('takes one of managed and external', () => {
    const parse = (value: unknown) => kafka.safeParse(value).success;
    expect([parse({ managed: {} }), parse({ external: { bootstrapServers: ['k:9092'] } }), parse({}), parse({ managed: {}, external: { bootstrapServers: ['k:9092'] } })]).toEqual([true, true, false, false]);
    expect(parse({ external: { bootstrapServers: ['kafka'] } })).toBe(false);
  });

  it('warns where the buffer forgets sooner than the outage ends', () => {
    expect(codes({ managed: {}, topic: { retention: '12h' } })).toEqual(['warning BufferTooShort spec.buffer.kafka.topic.retention']);
    expect(codes({ managed: {}, bridges: '4d' })).toEqual(['warning BufferTooShort spec.buffer.kafka.topic.retention']);
    expect(codes({ managed: {}, topic: { retention: '12h' }, bridges: '2h' })).toEqual([]);
  });

  it('warns of more than the volume holds', () => {
    expect(codes({ managed: { storage: { size: '10Gi' } }, topic: { retentionBytes: '4Gi' } })).toEqual(['warning BufferTooLarge spec.buffer.kafka.topic.retentionBytes']);
  });

  it('refuses another number of nodes than there are', () => {
    const live = { child: (kind: string) => (kind === 'StatefulSet' ? ({ apiVersion: 'apps/v1', kind, metadata: { name: 'logs-kafka' }, spec: { replicas: 1 } }) : undefined) };
    expect(codes({ managed: { replicas: 3 } }, live)).toEqual(['error ReplicasFixed spec.buffer.kafka.managed.replicas']);
    expect(codes({ managed: {} }, { ...live, size: 'medium' })).toEqual(['error ReplicasFixed spec.buffer.kafka.managed.replicas']);
    expect(codes({ managed: { replicas: 1 } }, { ...live, size: 'medium' })).toEqual([]);
  });

  it('refuses settings that fields own, and versions that are not known', () => {
    expect(codes({ managed: { version: '3.9.0', config: { 'log.dirs': '/tmp', 'controller.quorum.bootstrap.servers': 'x:1' } } })).toEqual([
      'error VersionUnsupported spec.buffer.kafka.managed.version',
      'error PathOwned spec.buffer.kafka.managed.config.log.dirs',
      'error PathOwned spec.buffer.kafka.managed.config.controller.quorum.bootstrap.servers',
    ]);
  });

  it('names what Secrets lack', () => {
    expect(codes(EXTERNAL, { secret: (name) => (name === 'ca' ? { state: 'absent' } : present('username', 'tls.crt', 'tls.key')) })).toEqual([
      'error SecretMissing spec.buffer.kafka.external.tls.caSecretName',
      'error SecretKeyMissing spec.buffer.kafka.external.sasl.secretName',
    ]);
  });
});

describe('properties', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('\\', ' ', '\t', '\n', '\r', '\f', '=', ':', '#', '!', 'u', '0', '\u00e9', '\u2028', '"', '${'), maxLength: 12 }),
  );

  it('stay one each, with key and value as they were', () => {
    fc.assert(
      fc.property(hostile, hostile, (key, value) => {
        fc.pre(key !== '__proto__' && key !== 'last' && !/^\d+$/.test(key));
        expect(parseProperties(toProperties({ [key]: value, last: 1 }))).toEqual([[key, value], ['last', '1']]);
      }),
      { numRuns: 1000 },
    );
  });

  it('are plain ASCII', () => {
    fc.assert(fc.property(hostile, hostile, (key, value) => {
      expect(toProperties({ [key]: value })).toMatch(/^[\n\x20-\x7e]*$/);
    }));
  });
});
