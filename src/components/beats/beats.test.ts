import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { Manifest } from '../../base/object.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, stage } from '../../testing/resources.ts';
import { elasticsearchSink } from '../elasticsearch/endpoints.ts';
import type { KafkaSink, LogstashSink, LokiSink, Sink } from '../kit/sink.ts';
import { toYaml } from '../kit/yaml.ts';
import { auditbeatPart, filebeatPart, heartbeatPart, metricbeatPart, packetbeatPart } from './part.ts';
import { resolved, Template, toBeatYaml, variable } from './syntax.ts';

const ELASTICSEARCH = elasticsearchSink({ kind: 'LogStack', namespace: 'obs', name: 'logs' });
const LOGSTASH: LogstashSink = { type: 'logstash', host: 'logs-logstash.obs.svc', port: 5044, httpPort: 8080 };
const KAFKA: KafkaSink = {
  type: 'kafka', brokers: ['kafka.example.com:9093'], topic: 'obs.logs', partitions: 6, maxMessageBytes: 1_000_000,
  tls: { ca: { secret: 'kafka-ca', key: 'ca.crt' } },
  sasl: { mechanism: 'SCRAM-SHA-512', user: { secret: 'kafka', key: 'username' }, password: { secret: 'kafka', key: 'password' } },
};
const LOKI: LokiSink = { type: 'loki', url: 'http://l:3100', host: 'l', port: 3100, tenant: undefined };

const SELECTED = {
  podLogs: {
    namespaces: { include: ['shop'], exclude: ['kube-system'] },
    selector: { matchLabels: { 'app.kubernetes.io/name': 'shop' }, matchExpressions: [{ key: 'tier', operator: 'NotIn' as const, values: ['test'] }] },
    multiline: { firstLine: '^\\d{4}-' },
  },
};

const MONITORS = { monitors: [{ name: 'shop ${HOME}', http: 'https://shop.example.com/?a=${b}', tcp: 'db:5432', every: '1d', timeout: '1m30s' }] };

const CASES: Record<string, readonly Manifest[]> = {
  'filebeat-elasticsearch': filebeatPart(stage(), SELECTED, ELASTICSEARCH).manifests,
  'filebeat-logstash': filebeatPart(stage(), {}, LOGSTASH).manifests,
  'filebeat-kafka': filebeatPart(stage(), {}, KAFKA).manifests,
  metricbeat: metricbeatPart(stage(), { kubeStateMetrics: 'kube-state-metrics.kube-system.svc:8080' }, ELASTICSEARCH).manifests,
  packetbeat: packetbeatPart(stage(), {}, ELASTICSEARCH).manifests,
  heartbeat: heartbeatPart(stage(), MONITORS, ELASTICSEARCH).manifests,
  auditbeat: auditbeatPart(stage(), { rules: '-w /etc/passwd -p wa -k identity\n' }, ELASTICSEARCH).manifests,
};

const configs = (manifests: readonly Manifest[]): string =>
  manifests.filter(({ kind }) => kind === 'ConfigMap').map((map) => Object.values(map.data as Record<string, string>).join('')).join('---\n');

const golden = (name: string): URL => new URL(`golden/${name}`, import.meta.url);

describe('configuration', () => {
  it.each(Object.entries(CASES))('%s is as reviewed', (name, manifests) => {
    expectGolden(golden(`${name}.yml`), configs(manifests));
  });

  it('of pod logs reads files that are smaller than a kilobyte, and the last lines of those that go', () => {
    const config = load(dataOf(manifestNamed(CASES['filebeat-logstash'] ?? [], 'ConfigMap', 'logs-filebeat'), 'filebeat.yml')) as { 'filebeat.inputs': object[] };
    expect(config['filebeat.inputs'][0]).toMatchObject({ prospector: { scanner: { fingerprint: { length: 64 } } }, 'close.on_state_change.removed': false });
    expect(configs(CASES['filebeat-logstash'] ?? [])).not.toMatch(/type: (container|log)\n/);
  });

  it('leaves templates and policies to the operator, whatever the output', () => {
    for (const manifests of Object.values(CASES)) expect(configs(manifests)).toMatch(/setup\.ilm\.enabled: false/);
  });

  it('names the data stream in every record', () => {
    expect(load(configs(CASES['filebeat-kafka'] ?? []))).toMatchObject({ processors: [{ add_fields: { target: 'data_stream', fields: { type: 'logs', dataset: 'logs', namespace: 'default' } } }] });
    expect(configs(CASES.packetbeat ?? [])).toContain('index: logs-logs-packetbeat');
  });
});

describe('objects', () => {
  it.each(['filebeat-elasticsearch', 'packetbeat', 'heartbeat'])('%s are as reviewed', (name) => {
    const objects = (CASES[name] ?? []).filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(golden(`${name}.objects.yaml`), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('hold no secret in a ConfigMap', () => {
    for (const manifests of Object.values(CASES)) expect(configs(manifests).match(/password: (.*)/)?.[1] ?? '${SINK_PASSWORD}').toMatch(/^\$\{(SINK|KAFKA)_PASSWORD\}$/);
  });
});

describe('what is refused', () => {
  it.each<[Sink, string]>([[LOKI, 'alloy'], [{ type: 'forward', host: 'h', port: 1, sharedKey: { secret: 's', key: 'k' } }, 'logstash']])('a sink that Beats cannot speak', (sink, remedy) => {
    for (const made of [filebeatPart(stage(), {}, sink), metricbeatPart(stage(), {}, sink), heartbeatPart(stage(), MONITORS, sink)]) {
      expect(made.manifests).toEqual([]);
      expect(made.findings).toMatchObject([{ code: 'SinkUnsupported', message: expect.stringContaining(remedy) }]);
    }
  });

  it('pods on nodes, where the namespace refuses them', () => {
    const namespaceLabels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
    for (const one of [filebeatPart, metricbeatPart, packetbeatPart, auditbeatPart]) {
      expect(one(stage({ namespaceLabels }), {}, ELASTICSEARCH).findings).toContainEqual(expect.objectContaining({ code: 'PodSecurityRefused' }));
    }
    expect(heartbeatPart(stage({ namespaceLabels }), MONITORS, ELASTICSEARCH).findings).toEqual([]);
  });

  it('raw configuration where a field owns the path', () => {
    const { findings } = filebeatPart(stage(), { config: { 'output.console': {}, 'queue.mem': { events: 100 } } }, ELASTICSEARCH);
    expect(findings).toMatchObject([{ code: 'PathOwned', path: 'spec.collection.filebeat.config.output.console' }]);
    expect(configs(filebeatPart(stage(), { config: { 'queue.mem': { events: 100 } } }, ELASTICSEARCH).manifests)).toContain('events: 100');
  });

  it('old versions', () => {
    expect(filebeatPart(stage(), { version: '8.19.0' }, ELASTICSEARCH).findings).toMatchObject([{ code: 'VersionUnsupported', path: 'spec.collection.filebeat.version' }]);
  });
});

describe('the language', () => {
  it('doubles every dollar but those of its own variables', () => {
    expect(resolved({ a: '${X} $', b: [variable('NODE_NAME')], c: new Template('https://$', variable('NODE_NAME'), ':1') })).toEqual({
      a: '$${X} $$', b: ['${NODE_NAME}'], c: 'https://$$${NODE_NAME}:1',
    });
  });

  it('keeps the structure, whatever the string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(load(toBeatYaml({ a: text, b: [text] }))).toEqual({ a: text.replaceAll('$', '$$$$'), b: [text.replaceAll('$', '$$$$')] });
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});
