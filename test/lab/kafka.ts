/**
 * By hand, on a cluster with real pods (KUBECONFIG): a LogStack whose records go through a Kafka of our own. The broker starts with the
 * rendered files, the Job makes the topic, a record in Filebeat's shape goes in by Kafka's own producer, and its line comes
 * back from Loki with its labels, read and stored by the rendered Alloy. Prints the report.
 */
import { Scene } from './scene.ts';

const NAMESPACE = 'lab-kafka';
const POD = 'logs-kafka-0';

const stack = {
  apiVersion: 'lgtm-operator.io/v1alpha1',
  kind: 'LogStack',
  metadata: { name: 'logs', namespace: NAMESPACE },
  spec: {
    backend: 'loki',
    size: 'demo',
    retention: '30d',
    buffer: { kafka: { managed: {}, topic: { partitions: 3 } } },
    networkPolicy: { from: [{ podSelector: { matchLabels: { app: 'client' } } }] },
  },
};

const scene = await Scene.open(NAMESPACE);

const inBroker = (...command: string[]): Promise<string> => scene.kubectl.run('exec', '-n', NAMESPACE, POD, '-c', 'kafka', '--', ...command);

const BROKER = `logs-kafka.${NAMESPACE}.svc:9092`;
const TOPIC = `${NAMESPACE}.logs.logs`;

async function main(): Promise<void> {
  await scene.apply('logstacks', stack);
  scene.say('\n| after | resource | Ready | reason | message |\n|---|---|---|---|---|');
  const ready = await scene.ready('logstacks', 'logs');
  scene.say('');
  scene.must(ready !== undefined, 'the LogStack became Ready');
  const described = await inBroker('/opt/kafka/bin/kafka-topics.sh', '--bootstrap-server', BROKER, '--describe', '--topic', TOPIC);
  scene.must(/PartitionCount: ?3/.test(described), `the Job has made the topic: ${described.split('\n')[0] ?? ''}`);
  await scene.startClient();
  const line = `a line through Kafka ${Date.now()}`;
  const record = { '@timestamp': new Date().toISOString(), message: line, kubernetes: { namespace: 'shop', pod: { name: 'web-0' }, container: { name: 'web' } } };
  const producer = `echo '${JSON.stringify(record)}' | /opt/kafka/bin/kafka-console-producer.sh --bootstrap-server ${BROKER} --topic ${TOPIC}`;
  await inBroker('sh', '-c', producer);
  const url = ready?.status?.endpoints?.find(({ name }) => name === 'query')?.url ?? '';
  const ask = (): Promise<string> => scene.curl('-G', `${url}/loki/api/v1/query_range`, '--data-urlencode', 'query={namespace="shop"}');
  const answer = await scene.eventually(ask, (text) => text.includes(line));
  scene.must(answer.includes(line), 'the record went in by Kafka, and its line comes back from Loki');
  scene.must(/"container":\s*"web"/.test(answer), 'with the labels of its pod');
  const groups = await inBroker('/opt/kafka/bin/kafka-consumer-groups.sh', '--bootstrap-server', BROKER, '--describe', '--all-groups');
  scene.say(`\n\`\`\`\n${groups.trim()}\n\n${await scene.kubectl.run('get', 'logstack,pod,job,pvc', '-n', NAMESPACE)}\`\`\``);
}

try {
  await main();
} finally {
  if (!process.argv.includes('--keep')) await scene.close();
}
process.exit();
