import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import type { LogStackSpec } from '../../api/logstack.ts';
import type { Manifest } from '../../base/object.ts';
import type { ProductFacts } from '../../base/product.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, present, stage } from '../../testing/resources.ts';
import type { Part } from '../kit/part.ts';
import type { Stage } from '../kit/stage.ts';
import { toYaml } from '../kit/yaml.ts';
import { elasticsearchPart } from './part.ts';

type Spec = Partial<LogStackSpec>;

const CASES: Record<string, Spec> = {
  one: {},
  three: {
    size: 'medium',
    retention: '14d',
    elasticsearch: { memoryMap: 'never', storage: { size: '20Gi', className: 'fast' }, config: { indices: { query: { bool: { max_nested_depth: 40 } } } } },
  },
};

const partOf = (spec: Spec, over: Partial<Stage> = {}): Part => elasticsearchPart(stage(over), { backend: 'elasticsearch', ...spec }, []);

const render = (spec: Spec, over: Partial<Stage> = {}): readonly Manifest[] => partOf(spec, over).manifests;

const settingsOf = (manifests: readonly Manifest[]): string => dataOf(manifestNamed(manifests, 'ConfigMap', 'logs-elasticsearch'), 'elasticsearch.yml');

const bootstrapOf = (manifests: readonly Manifest[]): string => dataOf(manifestNamed(manifests, 'ConfigMap', 'logs-elasticsearch-bootstrap'), 'bootstrap.yml');

interface Workload {
  spec: { template: { spec: { initContainers: { name: string; securityContext: object }[]; volumes: { name: string }[]; containers: { resources: object }[] } } };
}

const workload = (manifests: readonly Manifest[]) => manifestNamed(manifests, 'StatefulSet', 'logs-elasticsearch') as unknown as Workload;

const templateOf = (manifests: readonly Manifest[]) => workload(manifests).spec.template;

const said = (facts: Record<string, string>): Partial<Stage> => ({ product: (): ProductFacts => ({ state: 'reachable', facts, findings: [] }) });

const codes = (spec: Spec, over: Partial<Stage> = {}): string[] => partOf(spec, over).findings.map(({ code, severity, path }) => `${severity} ${code} ${path}`);

describe('rendering', () => {
  it.each(Object.entries(CASES))('%s is as reviewed', (name, spec) => {
    expectGolden(new URL(`golden/${name}.yaml`, import.meta.url), settingsOf(render(spec)) + bootstrapOf(render(spec)));
    const rest = render(spec).filter(({ kind, metadata }) => kind !== 'ConfigMap' || metadata.name.endsWith('-security'));
    expectGolden(new URL(`golden/${name}.objects.yaml`, import.meta.url), rest.map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('generates secrets as reviewed', () => {
    expectGolden(new URL('golden/secrets.yaml', import.meta.url), toYaml(elided(partOf({}, said({ uuid: 'cluster-uuid' })).generated)));
  });

  it('refers to nothing in the environment but what the pod sets', () => {
    expect([...new Set(settingsOf(render(CASES.three ?? {})).match(/\$\{[^}]*\}/g) ?? [])].sort()).toEqual(['${NODE_NAME}', '${POD_IP}', '${POD_NAME}']);
  });

  it('takes raw settings nested or dotted, and removes by null', () => {
    const config = { 'a.b': 1, a: { c: { d: ['x'] } }, 'cluster.routing.allocation': { enable: 'all' }, 'xpack.security.autoconfiguration.enabled': null };
    const settings = load(settingsOf(render({ elasticsearch: { config } }))) as Record<string, unknown>;
    expect(settings).toMatchObject({ 'a.b': 1, 'a.c.d': ['x'], 'cluster.routing.allocation.enable': 'all' });
    expect(settings).not.toHaveProperty(['xpack.security.autoconfiguration.enabled']);
  });

  it('asks for as much memory as it may use', () => {
    const resources = (limits: object | undefined, requests?: object) =>
      templateOf(render({ elasticsearch: { resources: { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) } } })).spec.containers[0]?.resources;
    expect(resources({ memory: '6Gi' })).toMatchObject({ requests: { memory: '6Gi' }, limits: { memory: '6Gi' } });
    expect(resources(undefined, { memory: '8Gi' })).toMatchObject({ requests: { memory: '8Gi' }, limits: { memory: '8Gi' } });
    expect(resources({ memory: '6Gi' }, { memory: '3Gi' })).toMatchObject({ requests: { memory: '3Gi' }, limits: { memory: '6Gi' } });
  });

  it('gives no pod the key of the authority', () => {
    expect(JSON.stringify(templateOf(render({})))).not.toContain('ca.key');
  });

  it('lets nobody else than the operator in from everywhere', () => {
    const policy = JSON.stringify(manifestNamed(render({}), 'NetworkPolicy', 'logs-elasticsearch'));
    expect(policy.match(/"namespaceSelector":\{\}/g)).toHaveLength(1);
    expect(policy).toContain('"namespaceSelector":{},"podSelector":{"matchLabels":{"app.kubernetes.io/name":"lgtm-operator"}}');
    expect(render({ networkPolicy: { enabled: false } }).filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
  });
});

describe('the first start', () => {
  const FIRST = { 'cluster.initial_master_nodes': ['logs-elasticsearch-0'] };

  it('is named by one node alone, whatever their number, so that two clusters can never form', () => {
    expect(load(bootstrapOf(render({})))).toEqual(FIRST);
    expect(load(bootstrapOf(render({ elasticsearch: { replicas: 3 } })))).toEqual(FIRST);
    expect(settingsOf(render({}))).not.toContain('initial_master_nodes');
  });

  it('is remembered once a cluster has said its id', () => {
    const part = partOf({}, said({ uuid: 'abc' }));
    expect(bootstrapOf(part.manifests)).toMatch(/^#.*\n$/);
    expect(part.generated.at(-1)).toMatchObject({ manifest: { metadata: { name: 'logs-elasticsearch-cluster' } }, keys: { uuid: { make: 'once', value: 'abc' } } });
  });

  it('stays remembered when the cluster does not answer', () => {
    const part = partOf({}, { secret: (name) => (name === 'logs-elasticsearch-cluster' ? present('uuid') : { state: 'absent' }) });
    expect(bootstrapOf(part.manifests)).toMatch(/^#.*\n$/);
    expect(part.generated).toHaveLength(3);
  });

  it('is not over while there is no cluster', () => {
    for (const uuid of ['_na_', '']) {
      const part = partOf({}, said({ uuid }));
      expect(load(bootstrapOf(part.manifests))).toEqual(FIRST);
      expect(part.generated).toHaveLength(3);
    }
  });
});

describe('what restarts', () => {
  const plain = templateOf(render({}));
  it.each<[string, Spec, Partial<Stage>]>([
    ['the bootstrap that is over', {}, said({ uuid: 'abc' })],
    ['a retention', { retention: '30d' }, {}],
    ['generated users and certificates', {}, { secret: () => present('users', 'tls.crt', 'uuid') }],
    ['a policy', { networkPolicy: { enabled: false } }, {}],
    ['more nodes', { elasticsearch: { replicas: 3 } }, {}],
    ['Kibana', { kibana: {} }, {}],
  ])('not: %s', (_, spec, over) => {
    expect(templateOf(render(spec, over))).toEqual(plain);
  });

  it.each<[string, Spec]>([
    ['a setting', { elasticsearch: { config: { a: { b: 1 } } } }],
    ['how files are mapped', { elasticsearch: { memoryMap: 'node' } }],
    ['a version', { version: '9.4.2' }],
  ])('%s', (_, spec) => {
    expect(templateOf(render(spec))).not.toEqual(plain);
  });
});

describe('memory mapping', () => {
  const inits = (memoryMap: 'auto' | 'sysctl' | 'node' | 'never') => workload(render({ elasticsearch: { memoryMap } })).spec.template.spec.initContainers;

  it('needs no privileges but for sysctl', () => {
    for (const memoryMap of ['auto', 'node', 'never'] as const) {
      expect(inits(memoryMap)).toMatchObject([{ name: 'config', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }]);
    }
    expect(inits('sysctl')).toMatchObject([{ name: 'sysctl', securityContext: { privileged: true, allowPrivilegeEscalation: true, runAsUser: 0 } }, { name: 'config' }]);
  });

  it('by sysctl is refused where the namespace would refuse it, with the way out', () => {
    const restricted = { namespaceLabels: { 'pod-security.kubernetes.io/enforce': 'baseline' } };
    const [finding] = partOf({ elasticsearch: { memoryMap: 'sysctl' } }, restricted).findings;
    expect(finding).toMatchObject({ code: 'PodSecurityRefused', severity: 'error' });
    expect(finding?.message).toContain('set spec.elasticsearch.memoryMap to auto');
    expect(codes({ elasticsearch: { memoryMap: 'sysctl' } })).toEqual([]);
    expect(codes({}, restricted)).toEqual([]);
  });

  it('never is said', () => {
    expect(codes({ elasticsearch: { memoryMap: 'never' } })).toEqual(['warning MemoryMapOff spec.elasticsearch.memoryMap']);
    expect(settingsOf(render({ elasticsearch: { memoryMap: 'never' } }))).toContain('node.store.allow_mmap: false');
  });
});

describe('validation', () => {
  const config = (raw: object): string[] => codes({ elasticsearch: { config: { ...raw } } });

  it.each<[object, string]>([
    [{ cluster: { name: 'x' } }, 'cluster.name'],
    [{ 'cluster.initial_master_nodes': ['x'] }, 'cluster.initial_master_nodes'],
    [{ discovery: { type: 'single-node' } }, 'discovery.type'],
    [{ 'network.host': '_site_' }, 'network.host'],
    [{ path: { repo: ['/x'] } }, 'path.repo'],
    [{ 'xpack.security.http': { ssl: { key: 'x' } } }, 'xpack.security.http.ssl.key'],
    [{ 'xpack.security.transport.ssl.truststore.path': 'x' }, 'xpack.security.transport.ssl.truststore.path'],
    [{ 'node.roles': [] }, 'node.roles'],
    [{ 'node.roles.0': 'ml' }, 'node.roles.0'],
    [{ force: { 'cluster.name': 'x' } }, 'force.cluster.name'],
    [{ 'indices.lifecycle.poll_interval': '1d' }, 'indices.lifecycle.poll_interval'],
  ])('refuses %j, which a typed field owns', (raw, path) => {
    expect(config(raw)).toEqual([`error PathOwned spec.elasticsearch.config.${path}`]);
  });

  it('refuses what Elasticsearch would expand, or could not hold', () => {
    for (const raw of [{ a: 'x${HOME}' }, { a: ['${HOME}'] }, { 'a${HOME}': 1 }]) expect(config(raw)[0]).toContain('error InvalidOverride spec.elasticsearch.config.a');
    for (const raw of [{ a: [{ b: 1 }] }, { a: [null] }, { a: {} }]) expect(config(raw)).toEqual(['error InvalidOverride spec.elasticsearch.config.a']);
  });

  it('refuses versions that it does not know, and going back', () => {
    expect(codes({ version: '8.19.1' })).toEqual(['error VersionUnsupported spec.version']);
    const live = { child: () => ({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'x', labels: { 'app.kubernetes.io/version': '9.4.10' } }, spec: { replicas: 1 } }) };
    expect(codes({ version: '9.4.9' }, live)).toEqual(['error VersionUnsupported spec.version']);
    expect(codes({ version: '9.4.10' }, live)).toEqual([]);
    expect(codes({ version: '9.5.0' }, live)).toEqual([]);
  });

  it('takes no node away, and warns of too little memory', () => {
    const live = { child: () => ({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'x' }, spec: { replicas: 3 } }) };
    expect(codes({}, live)).toEqual(['error ScaleDownUnsupported spec.elasticsearch.replicas']);
    expect(codes({ elasticsearch: { replicas: 3 } }, live)).toEqual([]);
    expect(codes({ elasticsearch: { resources: { limits: { memory: '1Gi' }, requests: { memory: '1Gi' } } } })).toEqual([
      'warning MemoryTooLow spec.elasticsearch.resources.limits.memory',
    ]);
  });
});
