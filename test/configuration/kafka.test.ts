import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Job } from '@kubernetes/client-node';
import type { KafkaSpec } from '../../src/api/kafka.ts';
import type { Manifest } from '../../src/base/object.ts';
import { KAFKA_BIN, KAFKA_LOGS } from '../../src/components/kafka/defaults.ts';
import { kafkaPart } from '../../src/components/kafka/part.ts';
import { dataOf, manifestNamed, stage } from '../../src/testing/resources.ts';
import { freePorts } from '../controlplane/ports.ts';
import { Daemon } from '../controlplane/process.ts';
import { OBTAIN_MS } from '../programs/program.ts';
import { feed, kafkaBin, run } from './kafka-tools.ts';
import { exampleFiles } from './rendered.ts';

const SPEC: KafkaSpec = { topic: { partitions: 2, retention: '2d', retentionBytes: '64Mi' }, managed: { replicas: 1, config: { 'log.cleaner.threads': '1' } } };

/** Begins with a dash, as one in 64 does. */
const CLUSTER_ID = '-IgnoreThatItIsAnId-_w';

const rendered = (spec: KafkaSpec): readonly Manifest[] => kafkaPart(stage({ size: 'demo' }), spec, []).manifests;

const properties = (spec: KafkaSpec, node = 0): string => dataOf(manifestNamed(rendered(spec), 'ConfigMap', 'logs-kafka'), `logs-kafka-${node}.properties`);

/** The one container of the Job: its command and its variables. */
function job(spec: KafkaSpec): { command: string[]; env: Record<string, string> } {
  const found = rendered(spec).find(({ kind }) => kind === 'Job') as unknown as V1Job;
  const { command = [], env = [] } = found.spec?.template.spec?.containers[0] ?? {};
  return { command, env: Object.fromEntries(env.map(({ name, value }) => [name, value ?? ''])) };
}

/** The real Kafka formats, starts and serves with what we render; only hosts, ports and folders are this machine's. */
describe('Kafka', () => {
  let folder: string;
  let bin: string;
  let ports: number[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lgtm-kafka-'));
    bin = await kafkaBin(folder);
    ports = await freePorts(3);
  }, OBTAIN_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const local = (text: string, logs: string): string =>
    text
      .replaceAll(/[a-z0-9-]+-kafka-\d\.[a-z0-9-]+-kafka-headless\.[a-z0-9-]+\.svc/g, '127.0.0.1')
      .replaceAll('CLIENT://:', 'CLIENT://127.0.0.1:').replaceAll('INTERNAL://:', 'INTERNAL://127.0.0.1:').replaceAll('CONTROLLER://:', 'CONTROLLER://127.0.0.1:')
      .replaceAll(':9092', `:${ports[0]}`).replaceAll(':9093', `:${ports[1]}`).replaceAll(':9094', `:${ports[2]}`)
      .replaceAll(KAFKA_LOGS, join(folder, logs));

  /** What the init container does. */
  async function format(name: string, text: string): Promise<string> {
    const path = join(folder, `${name}.properties`);
    await writeFile(path, local(text, name));
    return run(join(bin, 'kafka-storage.sh'), ['format', '--ignore-formatted', `--cluster-id=${CLUSTER_ID}`, `--config=${path}`]);
  }

  it('formats the volumes of each of three nodes, and lets formatted ones be', async () => {
    for (const node of [0, 1, 2]) expect(await format(`three-${node}`, properties({ managed: { replicas: 3 } }, node))).toContain('Formatting');
    expect(await format('three-0', properties({ managed: { replicas: 3 } }, 0))).toContain('already formatted');
  }, 120_000);

  it('formats what the example renders', async () => {
    const [file, ...more] = await exampleFiles('elk-kafka-0.properties');
    expect(more).toEqual([]);
    expect(await format('example', file?.text ?? '')).toContain('Formatting');
  }, 60_000);

  it.each([
    ['a listener without a protocol', (text: string) => text.replace('CLIENT:PLAINTEXT,', '')],
    ['voters that are none', (text: string) => text.replace('voters=0@', 'voters=zero@')],
    ['a node that is not among the voters', (text: string) => text.replace('node.id=0', 'node.id=7')],
    ['a size that is none', (text: string) => text.replace(/message\.max\.bytes=\d+/, 'message.max.bytes=1MB')],
    ['an unknown role', (text: string) => text.replace('process.roles=broker', 'process.roles=brocker')],
  ])('refuses %s', async (_name, spoil) => {
    const bad = spoil(properties(SPEC));
    expect(bad).not.toBe(properties(SPEC));
    await expect(format('bad', bad)).rejects.toThrow();
  }, 60_000);

  describe('started', () => {
    let broker: Daemon;
    const server = (): string => `127.0.0.1:${ports[0]}`;

    beforeAll(async () => {
      await format('one', properties(SPEC));
      await writeFile(join(folder, 'log4j2.yaml'), dataOf(manifestNamed(rendered(SPEC), 'ConfigMap', 'logs-kafka'), 'log4j2.yaml'));
      const logging = `KAFKA_LOG4J_OPTS=-Dlog4j2.configurationFile=${join(folder, 'log4j2.yaml')}`;
      const args = [logging, join(bin, 'kafka-server-start.sh'), join(folder, 'one.properties')];
      broker = new Daemon({ name: 'kafka', program: 'env', args, log: join(folder, 'broker.log') });
    }, 60_000);
    afterAll(() => broker.stop());

    /** What the Job does, with the brokers and folders of this machine. */
    async function makeTopic(spec: KafkaSpec): Promise<string> {
      const client = join(folder, 'client.properties');
      await writeFile(client, dataOf(manifestNamed(rendered(spec), 'ConfigMap', 'logs-kafka-topics'), 'client.properties'));
      const { command: [shell = '', ...args], env } = job(spec);
      return run(shell, args.map((arg) => arg.replaceAll(KAFKA_BIN, bin)), { ...env, BROKERS: server(), CLIENT: client });
    }

    const describeTopic = (): Promise<string> => run(join(bin, 'kafka-topics.sh'), ['--bootstrap-server', server(), '--describe', '--topic', 'obs.logs.logs']);

    it('has the topic that the Job makes, with its settings', async () => {
      let made: unknown;
      for (let attempt = 0; attempt < 10 && made === undefined; attempt++) {
        made = await makeTopic(SPEC).catch(async (error: unknown) => {
          if (!broker.running) throw broker.failure('ended early');
          if (attempt === 9) throw error;
          await delay(500);
          return undefined;
        });
      }
      const text = await describeTopic();
      for (const setting of ['PartitionCount: 2', 'ReplicationFactor: 1', 'retention.ms=172800000', 'retention.bytes=67108864', 'message.timestamp.type=LogAppendTime']) {
        expect(text).toContain(setting);
      }
      // In the form that the rendered logging asks for.
      expect(await readFile(broker.log, 'utf8')).toMatch(/^\[\d{4}-[^\]]*\] INFO .*Kafka Server started.* \(kafka\.server\.KafkaRaftServer\)$/m);
    }, 300_000);

    it('gains partitions, never loses one, and takes changed settings', async () => {
      await makeTopic({ ...SPEC, topic: { partitions: 3, retention: '3d' } });
      await makeTopic({ ...SPEC, topic: { partitions: 1, retention: '1d' } });
      const text = await describeTopic();
      expect(text).toContain('PartitionCount: 3');
      expect(text).toContain('retention.ms=86400000');
    }, 180_000);

    it('takes records and gives them back; a topic that nobody made does not come by itself', async () => {
      const records = ['{"message":"one"}', '{"message":"two"}'];
      await feed(join(bin, 'kafka-console-producer.sh'), ['--bootstrap-server', server(), '--topic', 'obs.logs.logs', '--producer-property', 'acks=all'], `${records.join('\n')}\n`);
      const consume = ['--bootstrap-server', server(), '--topic', 'obs.logs.logs', '--group', 'obs.logs.test', '--from-beginning', '--max-messages', '2', '--timeout-ms', '60000'];
      const text = await run(join(bin, 'kafka-console-consumer.sh'), consume);
      for (const record of records) expect(text).toContain(record);
      await expect(run(join(bin, 'kafka-topics.sh'), ['--bootstrap-server', server(), '--describe', '--topic', 'nobody.made'])).rejects.toThrow();
    }, 180_000);
  });
});
