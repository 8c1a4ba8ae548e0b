import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { FluentBitSpec } from '../../api/collectors/fluentbit.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { HOSTILE_RUNS, hostile } from '../../testing/hostile.ts';
import { dataOf, manifestNamed, present, stage } from '../../testing/resources.ts';
import { elasticsearchSink } from '../elasticsearch/endpoints.ts';
import { forwardSink } from '../fluentd/aggregator.ts';
import type { KafkaSink, LogstashSink, LokiSink, Sink } from '../kit/sink.ts';
import { toYaml } from '../kit/yaml.ts';
import { fluentBitPart } from './part.ts';
import { toFluentBit, variable } from './syntax.ts';

const here = stage();
const elasticsearch = elasticsearchSink(here.owner);
const loki: LokiSink = { type: 'loki', url: 'http://logs-loki.obs.svc:3100', host: 'logs-loki.obs.svc', port: 3100, tenant: 'team' };
const logstash: LogstashSink = { type: 'logstash', host: 'logs-logstash.obs.svc', port: 5044, httpPort: 8080 };
const kafka: KafkaSink = {
  type: 'kafka',
  brokers: ['a.example.com:9093', 'b.example.com:9093'],
  topic: 'logs',
  partitions: 3,
  maxMessageBytes: 1_048_588,
  tls: { ca: { secret: 'kafka', key: 'ca.crt' }, certificate: { secret: 'kafka', key: 'tls.crt' }, key: { secret: 'kafka', key: 'tls.key' } },
  sasl: { mechanism: 'SCRAM-SHA-512', user: { secret: 'kafka', key: 'user' }, password: { secret: 'kafka', key: 'password' } },
};

const SELECTED: FluentBitSpec = {
  podLogs: {
    namespaces: { include: ['shop'], exclude: ['kube-system'] },
    selector: { matchLabels: { 'app.kubernetes.io/part-of': 'shop' }, matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a.b', 'c'] }, { key: 'team', operator: 'Exists' }] },
    multiline: { firstLine: '^\\d{4}-${x}' },
  },
  buffer: { size: '512Mi' },
};

interface File {
  service: Record<string, unknown>;
  multiline_parsers?: { rules: { regex: string }[] }[];
  pipeline: { inputs: Record<string, unknown>[]; filters: Record<string, unknown>[]; outputs: Record<string, unknown>[] };
}

const text = (spec: FluentBitSpec, sink: Sink): string => dataOf(manifestNamed(fluentBitPart(here, spec, sink).manifests, 'ConfigMap', 'logs-fluentbit'), 'fluent-bit.yaml');
const file = (spec: FluentBitSpec, sink: Sink): File => load(text(spec, sink)) as File;
const output = (sink: Sink): Record<string, unknown> => file({}, sink).pipeline.outputs[0] ?? {};

describe('configuration', () => {
  it.each<[string, FluentBitSpec, Sink]>([['loki', SELECTED, loki], ['elasticsearch', {}, elasticsearch], ['kafka', {}, kafka]])('for %s is as reviewed', (name, spec, sink) => {
    expectGolden(new URL(`golden/${name}.yaml`, import.meta.url), text(spec, sink));
  });
});

describe('traps', () => {
  it('keeps chunks on the disk, to a limit, and tries for ever', () => {
    for (const sink of [loki, elasticsearch, kafka, logstash, forwardSink(here.owner)]) {
      const config = file({ buffer: { size: '1Gi' } }, sink);
      expect(config.pipeline.inputs[0]).toMatchObject({ 'storage.type': 'filesystem' });
      expect(config.pipeline.outputs[0]).toMatchObject({ retry_limit: 'no_limits', 'storage.total_limit_size': 2 ** 30 });
    }
  });

  it('writes to a data stream, once, and reads the whole answer', () => {
    expect(output(elasticsearch)).toMatchObject({
      index: 'logs-logs-default', write_operation: 'create', suppress_type_name: true, logstash_format: false, generate_id: true, buffer_size: '5M', 'tls.verify': true,
      http_passwd: '${SINK_PASSWORD}',
    });
  });

  it('leaves Loki few labels, and the line as it was written', () => {
    expect(output(loki)).toMatchObject({ tenant_id: 'team', drop_single_key: 'raw', line_format: 'json' });
    expect(String(output(loki).labels).split(',').map((label) => label.split('=')[0])).toEqual(['namespace', 'container', 'app', 'job']);
  });

  it('lets nothing time out on its way to Kafka', () => {
    expect(output(kafka)).toMatchObject({ 'rdkafka.message.timeout.ms': 0, 'rdkafka.request.required.acks': -1, 'rdkafka.security.protocol': 'sasl_ssl', 'rdkafka.sasl.mechanism': 'SCRAM-SHA-512' });
  });

  it('speaks to Fluentd as Fluentd does', () => {
    expect(output(forwardSink(here.owner))).toMatchObject({ require_ack_response: true, retain_metadata_in_forward_mode: false, shared_key: '${SINK_SHARED_KEY}' });
  });

  it('sends the time to Logstash under the name that it has there', () => {
    expect(output(logstash)).toMatchObject({ name: 'http', port: 8080, json_date_key: '@timestamp', json_date_format: 'iso8601' });
  });

  it('lets no pod say by an annotation how its logs are read', () => {
    expect(file({}, loki).pipeline.filters[0]).toMatchObject({ name: 'kubernetes', 'k8s-logging.parser': false, 'k8s-logging.exclude': false });
  });

  it('does not read itself', () => {
    expect(file({}, loki).pipeline.inputs[0]?.exclude_path).toBe('/var/log/containers/logs-fluentbit-*_obs_fluent-bit-*.log');
  });
});

describe('strings', () => {
  const written = (value: string): string =>
    toFluentBit({
      service: { flush: 1 },
      multilineParsers: [{ name: 'p', flush_timeout: 1, rules: [{ state: 'start_state', regex: value, next_state: 'cont' }] }],
      inputs: [{ name: 'tail', path: value.replaceAll('$', '') }],
      filters: [],
      outputs: [{ name: 'x', password: variable('P'), other: value.replaceAll('$', '') }],
    });

  it('stay strings', () => {
    fc.assert(
      fc.property(hostile(), (value) => {
        const kept = value.toWellFormed().replaceAll('\0', '\ufffd');
        const property = kept.replaceAll('$', '');
        expect(load(written(value))).toEqual({
          service: { flush: 1 },
          multiline_parsers: [{ name: 'p', type: 'regex', flush_timeout: 1, rules: [{ state: 'start_state', regex: kept, next_state: 'cont' }] }],
          pipeline: { inputs: [{ name: 'tail', path: property }], filters: [], outputs: [{ name: 'x', password: '${P}', other: property }] },
        });
      }),
      { numRuns: HOSTILE_RUNS },
    );
  });

  it('that Fluent Bit would expand are refused, for nothing keeps it from that', () => {
    expect(() => toFluentBit({ service: {}, inputs: [{ name: 'tail', path: 'a${HOME}b' }], filters: [], outputs: [] })).toThrow('would expand');
    expect(() => variable('X} ${Y')).toThrow('not the name of a variable');
  });

  it('stay strings where a user gives them: the first line of an event', () => {
    fc.assert(
      fc.property(hostile(), (firstLine) => {
        const { multiline_parsers: parsers, ...rest } = file({ podLogs: { multiline: { firstLine } } }, loki);
        expect(rest).toEqual({ service: expect.any(Object), pipeline: expect.any(Object) });
        expect(parsers?.[0]?.rules[0]?.regex).toBe(`/${firstLine.toWellFormed().replaceAll('\0', '\ufffd')}/`);
      }),
      { numRuns: HOSTILE_RUNS },
    );
  });
});

describe('objects', () => {
  it('are as reviewed', () => {
    const objects = fluentBitPart(here, {}, kafka).manifests.filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(new URL('golden/objects.yaml', import.meta.url), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('restart for their configuration and for a Secret of the user', () => {
    const workload = (spec: FluentBitSpec, at = here) => JSON.stringify(fluentBitPart(at, spec, kafka).manifests.find(({ kind }) => kind === 'DaemonSet'));
    expect(workload({ buffer: { size: '2Gi' } })).not.toBe(workload({}));
    expect(workload({}, stage({ secret: () => present('user') }))).not.toBe(workload({}));
    expect(workload({ serviceAccountAnnotations: { a: 'b' } })).toBe(workload({}));
  });
});

describe('validation', () => {
  const codes = (spec: FluentBitSpec, at = here) => fluentBitPart(at, spec, loki).findings.map(({ code, path }) => `${code} ${path}`);

  it('refuses what it does not know, and what would break out', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ version: '3.0.0' })).toEqual(['VersionUnsupported spec.collection.fluentBit.version']);
    expect(codes({ podLogs: { selector: { matchLabels: { "x'] ${HOME} y": 'z' } } } })).toEqual(['InvalidSelector spec.collection.fluentBit.podLogs.selector.matchLabels']);
    expect(codes({}, stage({ namespaceLabels: { 'pod-security.kubernetes.io/enforce': 'restricted' } }))).toEqual(['PodSecurityRefused spec.collection.fluentBit']);
  });
});
