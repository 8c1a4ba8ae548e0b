import { describe, expect, it } from '@jest/globals';
import type { KibanaSpec } from '../../api/kibana.ts';
import type { LogStackSpec } from '../../api/logstack.ts';
import type { KubeObject, Manifest } from '../../base/object.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, present, stage } from '../../testing/resources.ts';
import type { Part } from '../kit/part.ts';
import type { Stage } from '../kit/stage.ts';
import { toYaml } from '../kit/yaml.ts';
import { kibanaPart } from './part.ts';

const partOf = (kibana: KibanaSpec, over: Partial<Stage> = {}, rest: Partial<LogStackSpec> = {}): Part =>
  kibanaPart(stage(over), { backend: 'elasticsearch', kibana, ...rest });

const configOf = (part: Part): string => dataOf(manifestNamed(part.manifests, 'ConfigMap', 'logs-kibana'), 'kibana.yml');

const INGRESS: KibanaSpec = { ingress: { host: 'kibana.example.org', className: 'nginx', tlsSecretName: 'kibana-tls' } };

const deploymentOf = ({ manifests }: Part) => manifestNamed(manifests, 'Deployment', 'logs-kibana') as Manifest & { spec: { template: object; strategy: object } };

describe('rendering', () => {
  it('is as reviewed', () => {
    const part = partOf(INGRESS);
    expectGolden(new URL('golden/kibana.yaml', import.meta.url), configOf(part));
    const rest = part.manifests.filter(({ kind }) => kind !== 'ConfigMap');
    expectGolden(new URL('golden/kibana.objects.yaml', import.meta.url), [...rest, ...part.generated, ...part.products].map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('holds no secret, and names no variable after a setting, which the image would put onto the command line', () => {
    const text = JSON.stringify(deploymentOf(partOf({})).spec.template);
    const names = [...text.matchAll(/"name":"([A-Z_]+)","value/g)].map(([, name = '']) => name);
    expect(names).toHaveLength(4);
    for (const name of names) expect(name).toMatch(/^LGTM_/);
    expect([...configOf(partOf({})).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name).sort()).toEqual([...names].sort());
  });

  it('never runs two versions side by side', () => {
    expect(deploymentOf(partOf({ replicas: 2 })).spec.strategy).toEqual({ type: 'Recreate' });
  });

  it('tells its address: that of the Ingress, else that inside the cluster', () => {
    expect(partOf(INGRESS).endpoints).toEqual([{ name: 'kibana', url: 'https://kibana.example.org' }]);
    expect(partOf({}).endpoints).toEqual([{ name: 'kibana', url: 'http://logs-kibana.obs.svc:5601' }]);
    expect(configOf(partOf({}))).not.toContain('publicBaseUrl');
  });

  it('restarts for its settings, the authority and its token, and for nothing else', () => {
    const template = (kibana: KibanaSpec, over: Partial<Stage> = {}) => deploymentOf(partOf(kibana, over)).spec.template;
    const secret = (name: string, hashes: Record<string, string>): Partial<Stage> => ({
      secret: (asked) => (asked === name ? { state: 'present', keys: [], hash: JSON.stringify(hashes), hashes } : { state: 'absent' }),
    });
    const certs = (hashes: Record<string, string>) => template({}, secret('logs-elasticsearch-certs', hashes));
    expect(certs({ 'ca.crt': '1', 'tls.crt': '2' })).toEqual(certs({ 'ca.crt': '1', 'tls.crt': '1' }));
    expect(certs({ 'ca.crt': '2' })).not.toEqual(certs({ 'ca.crt': '1' }));
    expect(template({}, secret('logs-elasticsearch-tokens', { kibana: '1' }))).not.toEqual(template({}));
    expect(template({}, secret('logs-elasticsearch-users', { users: '1' }))).toEqual(template({}));
    expect(template({ config: { 'newsfeed.enabled': false } })).not.toEqual(template({}));
    expect(template({ ingress: { host: 'a.example.org', annotations: { a: 'b' } } })).toEqual(template({ ingress: { host: 'a.example.org' } }));
  });
});

describe('the version', () => {
  const live = (kind: string, version: string, rolled: boolean): KubeObject =>
    ({
      apiVersion: 'apps/v1', kind,
      metadata: { name: 'x', generation: 2, labels: { 'app.kubernetes.io/version': version } },
      spec: { replicas: 3 }, status: { observedGeneration: 2, updatedReplicas: rolled ? 3 : 1, readyReplicas: 3 },
    }) as KubeObject;

  const version = (kibana: string | undefined, nodes: KubeObject | undefined): string | undefined =>
    partOf({}, { child: (kind) => (kind === 'Deployment' ? kibana && live(kind, kibana, true) : nodes) as KubeObject | undefined }, { version: '9.5.1' }).workloads[0]?.version;

  it('is that of the stack', () => {
    expect(version(undefined, undefined)).toBe('9.5.1');
  });

  it('follows an upgrade only after Elasticsearch', () => {
    expect(version('9.4.0', live('StatefulSet', '9.4.0', true))).toBe('9.4.0');
    expect(version('9.4.0', live('StatefulSet', '9.5.1', false))).toBe('9.4.0');
    expect(version('9.4.0', live('StatefulSet', '9.5.1', true))).toBe('9.5.1');
  });
});

describe('validation', () => {
  const codes = (kibana: KibanaSpec, over: Partial<Stage> = {}) => partOf(kibana, over).findings.map(({ code, severity, path }) => `${severity} ${code} ${path}`);

  it('refuses what typed fields own, and what would be expanded', () => {
    expect(codes({ config: { server: { publicBaseUrl: 'x' } } })).toEqual(['error PathOwned spec.kibana.config.server.publicBaseUrl']);
    expect(codes({ config: { 'elasticsearch.serviceAccountToken': 'x' } })).toEqual(['error PathOwned spec.kibana.config.elasticsearch.serviceAccountToken']);
    expect(codes({ config: { 'server.defaultRoute': '${HOME}' } })).toEqual(['error InvalidOverride spec.kibana.config.server.defaultRoute']);
    expect(codes({ config: { logging: { loggers: [{ name: 'x', level: 'off' }] } } })).toEqual([]);
  });

  it('warns of too little memory, and of a certificate that is not there yet', () => {
    expect(codes({ resources: { limits: { memory: '1Gi' }, requests: { memory: '1Gi' } } })).toEqual(['warning MemoryTooLow spec.kibana.resources.limits.memory']);
    expect(codes(INGRESS)).toEqual(['warning SecretMissing spec.kibana.ingress.tlsSecretName']);
    expect(codes(INGRESS, { secret: () => present('tls.crt', 'tls.key') })).toEqual([]);
  });
});
