import { describe, expect, it } from '@jest/globals';
import type { FluentdAggregatorSpec } from '../../api/fluentdaggregator.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, stage } from '../../testing/resources.ts';
import { elasticsearchSink } from '../elasticsearch/endpoints.ts';
import type { Flow } from '../kit/processor.ts';
import type { KafkaSink, LokiSink } from '../kit/sink.ts';
import { toYaml } from '../kit/yaml.ts';
import { fluentdAggregatorPart } from './aggregator.ts';
import { parseFluentd, rubyIn, sectionsNamed } from './testing/parse.ts';

const here = stage();
const loki: LokiSink = { type: 'loki', url: 'http://logs-loki.obs.svc:3100', host: 'logs-loki.obs.svc', port: 3100, tenant: 'team' };
const kafka: KafkaSink = {
  type: 'kafka',
  brokers: ['a.example.com:9093'],
  topic: 'logs',
  partitions: 3,
  maxMessageBytes: 1_048_588,
  sasl: { mechanism: 'PLAIN', user: { secret: 'kafka', key: 'user' }, password: { secret: 'kafka', key: 'password' } },
};
const toLoki: Flow = { from: undefined, to: loki, clients: [{ podSelector: { matchLabels: { a: 'b' } } }] };
const toElasticsearch: Flow = { ...toLoki, to: elasticsearchSink(here.owner) };
const fromKafka: Flow = { from: kafka, to: loki, clients: [] };
const OWN: FluentdAggregatorSpec = { image: 'example.com/fluentd:1' };

const render = (spec: FluentdAggregatorSpec, flow: Flow, at = here) => fluentdAggregatorPart(at, spec, flow);

const text = (spec: FluentdAggregatorSpec, flow: Flow): string => dataOf(manifestNamed(render(spec, flow).manifests, 'ConfigMap', 'logs-fluentd-agg'), 'fluent.conf');

interface Workload {
  spec: { replicas: number; template: { spec: { containers: { image: string; env: { name: string; value?: string }[] }[] } } };
}

const container = (spec: FluentdAggregatorSpec, flow: Flow) => {
  const found = (manifestNamed(render(spec, flow).manifests, 'StatefulSet', 'logs-fluentd-agg') as unknown as Workload).spec.template.spec.containers[0];
  if (!found) throw new Error('no container');
  return found;
};

describe('configuration', () => {
  it.each<[string, FluentdAggregatorSpec, Flow]>([
    ['aggregator-loki', { storage: { size: '10Gi' } }, toLoki],
    ['aggregator-kafka', OWN, fromKafka],
  ])('%s is as reviewed', (name, spec, flow) => {
    expectGolden(new URL(`golden/${name}.conf`, import.meta.url), text(spec, flow));
  });

  it('says no to a sender when the buffer is full, and leaves a fifth of the volume', () => {
    const [buffer] = sectionsNamed(parseFluentd(text({ storage: { size: '10Gi' } }, toLoki)), 'buffer').filter(({ argument }) => argument === '');
    expect(buffer?.params.get('overflow_action')?.text).toBe('throw_exception');
    expect(buffer?.params.get('total_limit_size')?.text).toBe(String(8 * 2 ** 30));
  });

  it('sends few labels to Loki, and none for the thread', () => {
    const config = parseFluentd(text({}, toLoki));
    const out = sectionsNamed(config, 'match').find(({ params }) => params.get('@type')?.text === 'loki');
    expect([out?.params.get('include_thread_label')?.text, out?.params.get('extract_kubernetes_labels')?.text, out?.params.get('tenant')?.text]).toEqual(['false', 'false', 'team']);
    expect([...(sectionsNamed(config, 'label').find(({ argument }) => argument === '')?.params.keys() ?? [])]).toEqual(['namespace', 'pod', 'container', 'node', 'app', 'job']);
  });

  it("takes Kafka's settings from the environment, so that no broker's name stands in Ruby", () => {
    const hostile: Flow = { ...fromKafka, from: { ...kafka, brokers: ["x' => `id`, '", '#{`id`}'] } };
    expect(rubyIn(parseFluentd(text(OWN, hostile)))).toEqual(rubyIn(parseFluentd(text(OWN, fromKafka))));
    expect(container(OWN, hostile).env).toContainEqual({ name: 'KAFKA_BOOTSTRAP_SERVERS', value: "x' => `id`, ',#{`id`}" });
  });
});

describe('objects', () => {
  it('are as reviewed', () => {
    const { manifests, generated } = render({ replicas: 2 }, toElasticsearch);
    const objects = [...manifests.filter(({ kind }) => kind !== 'ConfigMap'), ...generated.map(({ manifest }) => manifest)];
    expectGolden(new URL('golden/aggregator-objects.yaml', import.meta.url), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('are by Loki of the image of its plugin, and by Elasticsearch of the other', () => {
    expect(container({}, toLoki).image).toBe('docker.io/grafana/fluent-plugin-loki:main');
    expect(container({}, toElasticsearch).image).toBe('docker.io/fluent/fluentd-kubernetes-daemonset:v1.19.3-debian-elasticsearch9-1.1');
    expect(container(OWN, fromKafka).image).toBe('example.com/fluentd:1');
  });

  it('have a key that senders must know only where they send to it', () => {
    expect(render({}, toLoki).generated).toMatchObject([{ manifest: { metadata: { name: 'logs-fluentd-agg' } }, keys: { 'shared-key': 48 } }]);
    expect(render(OWN, fromKafka).generated).toEqual([]);
  });
});

describe('validation', () => {
  it('says that no image reads Kafka and writes to Loki', () => {
    const { findings, manifests } = render({}, fromKafka);
    expect(findings).toMatchObject([{ code: 'SinkUnsupported', path: 'spec.processing.fluentd', severity: 'error' }]);
    expect(findings[0]?.message).toContain('spec.processing.fluentd.image');
    expect(manifests).toEqual([]);
  });

  it('refuses a volume that holds no buffer, and unknown versions', () => {
    const codes = (spec: FluentdAggregatorSpec) => render(spec, toLoki).findings.map(({ code, path }) => `${code} ${path}`);
    expect(codes({ storage: { size: '1Mi' } })).toEqual(['InvalidValue spec.processing.fluentd.storage.size']);
    expect(codes({ version: '1.18.0', retryFor: '1s' })).toEqual(['VersionUnsupported spec.processing.fluentd.version', 'InvalidValue spec.processing.fluentd.retryFor']);
  });
});
