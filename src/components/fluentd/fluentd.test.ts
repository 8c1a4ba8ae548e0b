import { describe, expect, it } from '@jest/globals';
import type { FluentdSpec } from '../../api/collectors/fluentd.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, present, stage } from '../../testing/resources.ts';
import { elasticsearchSink } from '../elasticsearch/endpoints.ts';
import type { KafkaSink, LokiSink, Sink } from '../kit/sink.ts';
import { toYaml } from '../kit/yaml.ts';
import { forwardSink } from './aggregator.ts';
import { fluentdPart } from './part.ts';
import { type Parsed, parseFluentd, sectionsNamed } from './testing/parse.ts';

const here = stage();
const elasticsearch = elasticsearchSink(here.owner);
const loki: LokiSink = { type: 'loki', url: 'http://logs-loki.obs.svc:3100', host: 'logs-loki.obs.svc', port: 3100, tenant: undefined };
const kafka: KafkaSink = {
  type: 'kafka',
  brokers: ['a.example.com:9093', 'b.example.com:9093'],
  topic: 'logs',
  partitions: 3,
  maxMessageBytes: 1_048_588,
  tls: { ca: { secret: 'kafka', key: 'ca.crt' } },
  sasl: { mechanism: 'SCRAM-SHA-512', user: { secret: 'kafka', key: 'user' }, password: { secret: 'kafka', key: 'password' } },
};

const SELECTED: FluentdSpec = {
  podLogs: {
    namespaces: { include: ['shop', 'cart'], exclude: ['kube-system'] },
    selector: {
      matchLabels: { 'app.kubernetes.io/part-of': 'shop' },
      matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a.b', 'c'] }, { key: 'team', operator: 'Exists' }, { key: 'skip', operator: 'DoesNotExist' }],
    },
    multiline: { firstLine: '^\\d{4}-"#{x}' },
  },
  buffer: { size: '512Mi', overflow: 'dropOldest', retryFor: '1d' },
};

const text = (spec: FluentdSpec, sink: Sink): string => dataOf(manifestNamed(fluentdPart(here, spec, sink).manifests, 'ConfigMap', 'logs-fluentd'), 'fluent.conf');

const output = (spec: FluentdSpec, sink: Sink): Parsed => {
  const out = parseFluentd(text(spec, sink)).sections.find(({ argument }) => argument === '@OUT')?.sections[0];
  if (!out) throw new Error('no output');
  return out;
};

const param = (section: Parsed | undefined, name: string): string | undefined => section?.params.get(name)?.text;

describe('configuration', () => {
  it.each<[string, FluentdSpec, Sink]>([
    ['node-elasticsearch', SELECTED, elasticsearch],
    ['node-forward', {}, forwardSink(here.owner)],
    ['node-kafka', {}, kafka],
  ])('%s is as reviewed', (name, spec, sink) => {
    expectGolden(new URL(`golden/${name}.conf`, import.meta.url), text(spec, sink));
  });

  it('holds no secret', () => {
    expect(text({}, kafka)).toContain('password "#{ENV[\'SINK_PASSWORD\']}"');
    expect(fluentdPart(here, {}, kafka).manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });
});

describe('traps', () => {
  it('writes to Elasticsearch with the plain output, which keeps what is rejected', () => {
    const out = output({}, elasticsearch);
    expect(param(out, '@type')).toBe('elasticsearch');
    expect(param(out, 'write_operation')).toBe('create');
    expect(param(out, 'index_name')).toBe('logs-logs-default');
    expect([param(out, 'include_timestamp'), param(out, 'suppress_type_name'), param(out, 'logstash_format')]).toEqual(['true', 'true', 'false']);
  });

  it('tries again what Elasticsearch has no room for', () => {
    const out = output({}, elasticsearch);
    expect(param(out, 'unrecoverable_error_types')).not.toContain('es_rejected_execution_exception');
    expect([param(out, 'reload_connections'), param(out, 'reconnect_on_error'), param(out, 'log_es_400_reason')]).toEqual(['false', 'true', 'true']);
  });

  it('starts while Elasticsearch is away', () => {
    expect(param(output({}, elasticsearch), 'verify_es_version_at_startup')).toBe('false');
  });

  it('gives a retried output a label without filters, for what is tried again starts at its label', () => {
    const label = parseFluentd(text({}, elasticsearch)).sections.find(({ argument }) => argument === '@OUT');
    expect(label?.sections.map(({ name }) => name)).toEqual(['match']);
  });

  it.each<[string, Sink]>([['elasticsearch', elasticsearch], ['kafka', kafka], ['forward', forwardSink(here.owner)]])('keeps a buffer of files that fits, before %s', (_name, sink) => {
    const [buffer] = sectionsNamed(output({ buffer: { size: '1Gi' } }, sink), 'buffer');
    expect([param(buffer, '@type'), param(buffer, 'total_limit_size'), param(buffer, 'chunk_limit_size')]).toEqual(['file', String(2 ** 30), String(8 * 2 ** 20)]);
    expect([param(buffer, 'overflow_action'), param(buffer, 'retry_forever')]).toEqual(['block', 'true']);
    expect(sectionsNamed(output({}, sink), 'secondary').map((s) => param(s, '@type'))).toEqual(['secondary_file']);
  });

  it('retries as long as is asked for', () => {
    const [buffer] = sectionsNamed(output({ buffer: { retryFor: '1h30m' } }, elasticsearch), 'buffer');
    expect([param(buffer, 'retry_timeout'), param(buffer, 'retry_forever')]).toEqual(['5400s', undefined]);
  });

  it('reads lines of the container runtime, and not the JSON of Docker', () => {
    expect(sectionsNamed(parseFluentd(text({}, elasticsearch)), 'parse').map((s) => param(s, '@type'))).toEqual(['cri']);
  });

  it('lets no timed-out line fall into @ERROR', () => {
    const filters = sectionsNamed(parseFluentd(text(SELECTED, elasticsearch)), 'filter').filter((s) => param(s, '@type') === 'concat');
    expect(filters.map((s) => [param(s, 'flush_interval'), param(s, 'timeout_label')])).toEqual([['5', '@EVENTS'], ['5', '@WHOLE']]);
  });

  it('joins partial lines by the way that has a limit', () => {
    const [filter] = sectionsNamed(parseFluentd(text({}, elasticsearch)), 'filter');
    expect([param(filter, 'partial_key'), param(filter, 'buffer_overflow_method'), param(filter, 'use_partial_cri_logtag')]).toEqual(['logtag', 'new', undefined]);
  });

  it('does not read itself', () => {
    const [tail] = sectionsNamed(parseFluentd(text({}, elasticsearch)), 'source').filter((s) => param(s, '@type') === 'tail');
    expect(JSON.parse(param(tail, 'exclude_path') ?? '')).toEqual(['/var/log/containers/logs-fluentd-*_obs_fluentd-*.log']);
  });

  it('speaks to Kafka by librdkafka, with SCRAM over TLS', () => {
    const out = output({}, kafka);
    expect([param(out, '@type'), param(out, 'default_topic'), param(out, 'required_acks')]).toEqual(['rdkafka2', 'logs', '-1']);
    expect(JSON.parse(param(out, 'rdkafka_options') ?? '')).toEqual({
      'security.protocol': 'sasl_ssl', 'ssl.ca.location': '/etc/sink/ca.crt', 'sasl.mechanisms': 'SCRAM-SHA-512',
    });
  });

  it('loses no chunk that Logstash has no room for', () => {
    const out = output({}, { type: 'logstash', host: 'h', port: 5044, httpPort: 8080 });
    expect(JSON.parse(param(out, 'retryable_response_codes') ?? '')).toEqual(expect.arrayContaining([429, 500, 502, 503, 504]));
    expect(param(out, 'error_response_as_unrecoverable')).toBe('true');
  });

  it('forwards with acknowledgement and the shared key', () => {
    expect(param(output({}, forwardSink(here.owner)), 'require_ack_response')).toBe('true');
    expect(sectionsNamed(output({}, forwardSink(here.owner)), 'security')[0]?.params.get('shared_key')?.code).toEqual(["ENV['SINK_SHARED_KEY']"]);
  });
});

describe('objects', () => {
  it('are as reviewed', () => {
    const objects = fluentdPart(here, {}, elasticsearch).manifests.filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(new URL('golden/node-objects.yaml', import.meta.url), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  const image = (spec: FluentdSpec, sink: Sink): unknown => {
    const workload = fluentdPart(here, spec, sink).manifests.find(({ kind }) => kind === 'DaemonSet') as { spec: { template: { spec: { containers: { image: string }[] } } } } | undefined;
    return workload?.spec.template.spec.containers[0]?.image;
  };

  it.each<[string, Sink, FluentdSpec]>([
    ['docker.io/fluent/fluentd-kubernetes-daemonset:v1.19.3-debian-elasticsearch9-1.1', elasticsearch, {}],
    ['docker.io/fluent/fluentd-kubernetes-daemonset:v1.19.3-debian-kafka2-1.1', kafka, {}],
    ['docker.io/fluent/fluentd-kubernetes-daemonset:v1.19.3-debian-forward-1.1', forwardSink(here.owner), {}],
    ['docker.io/fluent/fluentd-kubernetes-daemonset:v1.19.3-debian-forward-1.1', { type: 'logstash', host: 'h', port: 5044, httpPort: 8080 }, {}],
    ['example.com/fluentd:1', loki, { image: 'example.com/fluentd:1' }],
  ])('%s is the image', (wanted, sink, spec) => {
    expect(image(spec, sink)).toBe(wanted);
  });

  const hash = (spec: FluentdSpec, sink: Sink, at = here): string => JSON.stringify(fluentdPart(at, spec, sink).manifests.find(({ kind }) => kind === 'DaemonSet'));

  it('restart for their configuration and for a Secret of the user, and not for other Secrets', () => {
    const before = hash({}, kafka);
    expect(hash({ buffer: { size: '2Gi' } }, kafka)).not.toBe(before);
    expect(hash({}, kafka, stage({ secret: () => present('user', 'password') }))).not.toBe(before);
    expect(hash({}, elasticsearch, stage({ secret: () => present('lgtm-writer') }))).toBe(hash({}, elasticsearch));
    expect(hash({ serviceAccountAnnotations: { a: 'b' } }, kafka)).toBe(before);
  });
});

describe('validation', () => {
  const codes = (spec: FluentdSpec, sink: Sink, at = here) => fluentdPart(at, spec, sink).findings.map(({ code, path }) => `${code} ${path}`);

  it('says how to reach Loki, to which no image with metadata can write', () => {
    const { findings, manifests } = fluentdPart(here, {}, loki);
    expect(findings).toMatchObject([{ code: 'SinkUnsupported', path: 'spec.collection.fluentd', severity: 'error' }]);
    expect(findings[0]?.message).toContain('set processing.fluentd: {}');
    expect(manifests).toEqual([]);
    expect(codes({ image: 'example.com/fluentd:1' }, loki)).toEqual([]);
  });

  it.each<[FluentdSpec, string]>([
    [{ version: '1.20.0' }, 'VersionUnsupported spec.collection.fluentd.version'],
    [{ buffer: { size: '1Mi' } }, 'InvalidValue spec.collection.fluentd.buffer.size'],
    [{ buffer: { retryFor: '5s' } }, 'InvalidValue spec.collection.fluentd.buffer.retryFor'],
    [{ podLogs: { selector: { matchLabels: { "x'] + `id`": 'y' } } } }, 'InvalidSelector spec.collection.fluentd.podLogs.selector.matchLabels'],
  ])('%j: %s', (spec, wanted) => {
    expect(codes(spec, elasticsearch)).toEqual([wanted]);
  });

  it('says that a restricted namespace will not have it', () => {
    expect(codes({}, elasticsearch, stage({ namespaceLabels: { 'pod-security.kubernetes.io/enforce': 'baseline' } }))).toEqual(['PodSecurityRefused spec.collection.fluentd']);
  });
});
