import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { LogstashSpec } from '../../api/logstash.ts';
import type { Manifest } from '../../base/object.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, stage } from '../../testing/resources.ts';
import { elasticsearchSink } from '../elasticsearch/endpoints.ts';
import { kafkaSink } from '../kafka/part.ts';
import type { Part } from '../kit/part.ts';
import type { Flow } from '../kit/processor.ts';
import { toYaml } from '../kit/yaml.ts';
import { faultIn } from './grammar.ts';
import { logstashPart } from './part.ts';
import { quote, toLogstash, unwritable } from './syntax.ts';
import { parseLogstash } from './testing/parser.ts';

const OWNER = { kind: 'LogStack', namespace: 'obs', name: 'logs' };

const PLAIN: Flow = { from: undefined, to: elasticsearchSink(OWNER), clients: [{ podSelector: { matchLabels: { app: 'filebeat' } } }] };

const SASL: Flow = {
  ...PLAIN,
  from: kafkaSink(OWNER, {
    topic: { partitions: 8 },
    external: { bootstrapServers: ['k1:9093', 'k2:9093'], tls: { caSecretName: 'ca' }, sasl: { mechanism: 'SCRAM-SHA-512', secretName: 'login' } },
  }),
  clients: [],
};

const TYPED: LogstashSpec = {
  replicas: 2,
  pipelines: [
    {
      name: 'shop',
      inputs: [{ beats: {} }, { tcp: { port: 6000 } }, { syslog: {} }],
      workers: 2,
      filters: [
        { if: [{ field: '[kubernetes][namespace]', is: 'shop' }, { field: '[message]', matches: '^\\d+ "' }], grok: { patterns: ['%{IP:[client][ip]} %{GREEDYDATA:rest}'], overwrite: ['message'] } },
        { json: { target: 'parsed' } },
        { mutate: { rename: { a: 'b' }, convert: { '[took]': 'integer' }, remove: ['tmp'] } },
        { date: { field: 'time', formats: ['ISO8601', 'UNIX_MS'] } },
        { geoip: { field: '[client][ip]', target: '[client][geo]' } },
        { if: [{ field: '[level]', isOneOf: ['debug', 'trace'] }, { field: '[keep]', exists: false }], drop: {} },
        { raw: 'ruby { code => "event.set(\'x\', 1)" }' },
      ],
      outputs: [{ store: {} }, { if: [{ field: '[level]', isOneOf: ['error'] }], raw: 'stdout { codec => json_lines }' }],
    },
    { name: 'web', inputs: [{ http: { port: 8081 } }] },
  ],
};

const render = (spec: LogstashSpec = {}, flow: Flow = PLAIN): Part => logstashPart(stage(), spec, flow);

const pipelineOf = (part: Part, name = 'main'): string => dataOf(manifestNamed(part.manifests, 'ConfigMap', 'logs-logstash-pipelines'), `pipeline-${name}.conf`);

const settingsOf = (part: Part): Record<string, unknown> => load(dataOf(manifestNamed(part.manifests, 'ConfigMap', 'logs-logstash'), 'logstash.yml')) as Record<string, unknown>;

const hashOf = ({ manifests }: Part): string | undefined => {
  const { spec } = manifestNamed(manifests, 'StatefulSet', 'logs-logstash') as unknown as { spec: { template: Manifest } };
  return spec.template.metadata.annotations?.['lgtm-operator.io/config-hash'];
};

const golden = (name: string): URL => new URL(`golden/${name}`, import.meta.url);

describe('configuration', () => {
  it.each<[string, LogstashSpec, Flow, string[]]>([
    ['collectors', {}, PLAIN, ['main']],
    ['kafka', {}, SASL, ['main']],
    ['typed', TYPED, PLAIN, ['shop', 'web']],
  ])('%s is as reviewed', (name, spec, flow, pipelines) => {
    const part = render(spec, flow);
    expect(part.findings).toEqual([]);
    for (const pipeline of pipelines) {
      expectGolden(golden(`${name}-${pipeline}.conf`), pipelineOf(part, pipeline));
      expect(() => parseLogstash(pipelineOf(part, pipeline))).not.toThrow();
    }
    expectGolden(golden(`${name}.yaml`), ['logstash.yml', 'log4j2.properties'].map((key) => dataOf(manifestNamed(part.manifests, 'ConfigMap', 'logs-logstash'), key)).join('---\n')
      + dataOf(manifestNamed(part.manifests, 'ConfigMap', 'logs-logstash-pipelines'), 'pipelines.yml'));
  });

  it('escapes, since Logstash is told to read escapes', () => {
    expect(settingsOf(render())['config.support_escapes']).toBe(true);
  });

  it('asks for certificates to be read again only where that is known', () => {
    expect(settingsOf(render())['ssl.reload.automatic']).toBe(true);
    expect(settingsOf(render({ version: '9.4.2' }))['ssl.reload.automatic']).toBeUndefined();
  });

  it('keeps queues on the volume, all of which fit', () => {
    const part = render({ ...TYPED, storage: { size: '10Gi' } });
    const pipelines = load(dataOf(manifestNamed(part.manifests, 'ConfigMap', 'logs-logstash-pipelines'), 'pipelines.yml')) as Record<string, number>[];
    expect(settingsOf(part)['queue.type']).toBe('persisted');
    expect(pipelines.reduce((sum, one) => sum + (one['queue.max_bytes'] ?? 0) + (one['dead_letter_queue.max_bytes'] ?? 0), 0)).toBeLessThanOrEqual(0.7 * 10 * 2 ** 30);
  });

  it('shares the partitions out among the threads of all pods', () => {
    expect(pipelineOf(render({ replicas: 3 }, SASL))).toContain('consumer_threads => 3');
  });

  it('holds no secret, and names no more of them than it needs', () => {
    expect([...pipelineOf(render({}, SASL)).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)).toEqual(['SOURCE_USER', 'SOURCE_PASSWORD', 'SINK_PASSWORD', 'SINK_PASSWORD']);
    expect(pipelineOf(render())).toContain('password => "${SINK_PASSWORD}"');
  });

  it('takes raw settings in either form, and refuses what a field owns', () => {
    expect(settingsOf(render({ config: { pipeline: { ordered: 'auto' }, 'log.level': 'warn' } }))).toMatchObject({ 'pipeline.ordered': 'auto', 'log.level': 'warn' });
    const codes = (config: object) => render({ config: { ...config } }).findings.map(({ code, path }) => `${code} ${path}`);
    expect(codes({ queue: { type: 'memory' } })).toEqual(['PathOwned spec.processing.logstash.config.queue.type']);
    expect(codes({ 'path.data': '/x' })).toEqual(['PathOwned spec.processing.logstash.config.path.data']);
    expect(codes({ 'pipeline.batch.delay': 100 })).toEqual([]);
  });
});

describe('objects', () => {
  it('are as reviewed', () => {
    const objects = render({}, SASL).manifests.filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(golden('objects.yaml'), objects.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('let the senders reach the inputs, and nobody else', () => {
    const policy = manifestNamed(render({ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }).manifests, 'NetworkPolicy', 'logs-logstash') as unknown as { spec: { ingress: object[] } };
    expect(policy.spec.ingress).toEqual([
      {
        from: [{ podSelector: { matchLabels: { app: 'filebeat' } } }, { ipBlock: { cidr: '10.0.0.0/8' } }],
        ports: [{ protocol: 'TCP', port: 'in-5044' }, { protocol: 'TCP', port: 'in-8080' }],
      },
    ]);
  });

  it('have no Service where nothing listens', () => {
    expect(render({}, SASL).manifests.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name)).toEqual(['logs-logstash-headless']);
  });

  it('restart for settings and secrets, and for no pipeline', () => {
    const plain = hashOf(render());
    expect(hashOf(render({ ...TYPED, replicas: undefined }))).toBe(plain);
    expect(hashOf(render({ pipelines: [{ name: 'main', filters: [{ drop: {} }] }], queue: { maxBytes: '1Gi' } }))).toBe(plain);
    expect(hashOf(render({ config: { 'log.level': 'debug' } }))).not.toBe(plain);
    const withSecret = (hash: string) => hashOf(logstashPart(stage({ secret: () => ({ state: 'present', keys: [], hash }) }), {}, SASL));
    expect(withSecret('one')).not.toBe(withSecret('two'));
  });
});

const raw = (text: string): LogstashSpec => ({ pipelines: [{ name: 'main', filters: [{ raw: text }] }] });

const findingsOf = (spec: LogstashSpec, flow: Flow = PLAIN): string[] => render(spec, flow).findings.map(({ code, path }) => `${code} ${path}`);

describe('validation', () => {
  it.each([
    ['ends the section', 'drop {} } output { stdout {}'],
    ['has a quote too many', 'mutate { add_field => { "a" => "b" } } "'],
    ['ends in an open string', 'mutate { replace => { "a" => "b\\" } }'],
    ['has an open brace', 'if [a] { drop {}'],
    ['is no plugin', 'hello'],
    ['nests beyond reason', `${'if [a] { '.repeat(2000)}${'}'.repeat(2000)}`],
  ])('refuses raw text that %s', (_name, text) => {
    expect(findingsOf(raw(text))).toEqual(['InvalidValue spec.processing.logstash.pipelines[0].filters[0].raw']);
  });

  it.each([
    'drop { }',
    'if [a][b] == "x" and ![c] { drop {} } else if "y" in [tags] or [n] >= 3 { mutate { remove_field => ["a", "b"] } } else { drop {} }',
    "# a comment\nruby { code => 'event.set(\"a\", 1)' }\n# and one at the end",
    'if [m] =~ /a\\/b/ or ([x] not in ["a", "b"]) { json { source => message } }',
    'translate { dictionary => { "a" => { "b" => [1, -2.5] } } fallback => "}" }',
    'if sum([a], 3) > 4 { drop {} }',
  ])('reads raw text as Logstash would: %s', (text) => {
    expect(findingsOf(raw(text))).toEqual([]);
  });

  it('refuses strings that cannot be written', () => {
    expect(findingsOf({ pipelines: [{ name: 'main', filters: [{ grok: { patterns: ['ok', 'a${HOME}b'] } }, { mutate: { rename: { 'a\\': 'b' } } }] }] })).toEqual([
      'InvalidValue spec.processing.logstash.pipelines[0].filters[0].grok.patterns[1]',
      'InvalidValue spec.processing.logstash.pipelines[0].filters[1].mutate.rename',
    ]);
  });

  it('refuses names and ports that are taken twice', () => {
    expect(findingsOf({ pipelines: [{ name: 'a' }, { name: 'a' }] })).toEqual(Array(3).fill('InvalidValue spec.processing.logstash.pipelines'));
    expect(findingsOf({ pipelines: [{ name: 'a', inputs: [{ beats: {} }, { http: { port: 9600 } }] }] })).toEqual(['InvalidValue spec.processing.logstash.pipelines']);
  });

  it('sees that inputs and buffer belong together', () => {
    expect(findingsOf({ pipelines: [{ name: 'a', inputs: [{ kafka: {} }, { beats: {} }] }] })).toEqual(['MissingField spec.processing.logstash.pipelines']);
    expect(findingsOf({ pipelines: [{ name: 'a', inputs: [{ beats: {} }] }] }, SASL)).toEqual(['ConsumerRequired spec.processing.logstash.pipelines']);
    expect(findingsOf({ pipelines: [{ name: 'a', inputs: [{ tcp: { port: 7000 } }] }] })).toEqual(['CollectsNothing spec.processing.logstash.pipelines']);
  });

  it('warns of queues that do not fit, and refuses versions that are not known', () => {
    expect(findingsOf({ queue: { maxBytes: '5Gi' } })).toEqual(['BufferTooLarge spec.processing.logstash.queue.maxBytes']);
    expect(findingsOf({ version: '8.19.0' })).toEqual(['VersionUnsupported spec.processing.logstash.version']);
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('"', "'", '\\', '\n', '\r', '\0', '}', '{', '=>', '#', '$', '${', 'A', '[', ']', ' ', '%{', '\u2028'), maxLength: 12 }),
).map((text) => text.toWellFormed());

describe('strings', () => {
  it('stay the strings that they were, whatever is in them', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, key) => {
        fc.pre(unwritable(text) === undefined && unwritable(key) === undefined && key !== '__proto__');
        const item = { name: 'p', attributes: { a: text, h: { [key]: [text, 'x'] }, last: 1 } };
        const file = toLogstash([{ type: 'filter', items: [{ tests: [{ field: '[f]', operator: '==', value: text }], items: [item] }] }, { type: 'output', items: [] }]);
        expect(parseLogstash(file)).toEqual([
          {
            type: 'filter',
            items: [
              {
                condition: ['[', 'f', ']', '==', `string:${text}`],
                then: [{ name: 'p', attributes: [['a', text], ['h', { [key]: [text, 'x'] }], ['last', 1]] }],
                otherwise: [],
              },
            ],
          },
          { type: 'output', items: [] },
        ]);
        expect(faultIn(`p { a => ${quote(text)} }`)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('that cannot be written change nothing either', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [section] = parseLogstash(toLogstash([{ type: 'filter', items: [{ name: 'p', attributes: { a: `${text}\${HOME}${text}\\`, b: 1 } }] }]));
        expect(section?.items).toEqual([{ name: 'p', attributes: [['a', expect.not.stringMatching(/\$\{[A-Za-z_.][A-Za-z0-9_.]*(:[^}]*)?\}|\\$/)], ['b', 1]] }]);
      }),
      { numRuns: 300 },
    );
  });

  it('in a spec change no structure', () => {
    const shapeOf = (value: unknown): unknown => {
      if (typeof value === 'string') return 'string';
      return typeof value === 'object' && value !== null ? Object.values(value).map(shapeOf) : value;
    };
    const shape = (text: string): unknown => shapeOf(parseLogstash(text));
    const spec = (text: string): LogstashSpec => ({
      pipelines: [
        {
          name: 'main',
          filters: [
            { if: [{ field: '[a]', matches: text }, { field: '[b]', isOneOf: [text, 'z'] }], grok: { field: text, patterns: [text], definitions: { [text]: text } } },
            { mutate: { rename: { [text]: text }, add: { [text]: text } } },
            { date: { field: text, formats: [text], timezone: text } },
          ],
        },
      ],
    });
    const plain = shape(pipelineOf(render(spec('plain'))));
    fc.assert(fc.property(hostile.filter((text) => text !== '__proto__'), (text) => {
      expect(shape(pipelineOf(render(spec(text))))).toEqual(plain);
    }), { numRuns: 300 });
  });
});
