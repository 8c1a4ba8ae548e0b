import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import type { DashboardStackSpec } from '../../api/dashboardstack.ts';
import { elided } from '../../testing/elide.ts';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed } from '../../testing/resources.ts';
import { toYaml } from '../kit/yaml.ts';
import { datasourcesFile, datasourceUid, type Datasource, escapeDollar } from './datasource.ts';
import { toIni, unquotable } from './ini.ts';
import { grafanaManifests, grafanaSecrets } from './manifests.ts';
import { validateGrafana } from './validate.ts';

const LOKI: Datasource = {
  name: 'obs/logs (Loki)', uid: 'loki-obs-logs', type: 'loki', url: 'http://logs-loki.obs.svc:3100', jsonData: { maxLines: 1000 }, headers: { 'X-Scope-OrgID': 'team' },
};

const input = (spec: DashboardStackSpec = {}) => ({
  owner: { kind: 'DashboardStack', namespace: 'obs', name: 'dash' }, version: '13.2.3', spec, datasources: [LOKI],
});

const FULL: DashboardStackSpec = {
  ingress: { host: 'grafana.example.com', className: 'nginx', tlsSecretName: 'grafana-tls' },
  grafana: { config: { 'auth.anonymous': { enabled: true }, smtp: { password: 'a;b#c' } }, storage: { size: '5Gi', className: 'fast' } },
};

describe('configuration', () => {
  it('is as reviewed', () => {
    const files = manifestNamed(grafanaManifests(input(FULL)), 'ConfigMap', 'dash-grafana');
    expectGolden(new URL('golden/grafana.ini', import.meta.url), dataOf(files, 'grafana.ini'));
    expectGolden(new URL('golden/datasources.yaml', import.meta.url), dataOf(files, 'datasources.yaml'));
  });

  it('never lets Grafana update its bundled plugins', () => {
    const files = manifestNamed(grafanaManifests(input()), 'ConfigMap', 'dash-grafana');
    expect(dataOf(files, 'grafana.ini')).toContain('preinstall_auto_update = false');
  });

  it('escapes every dollar once', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = escapeDollar({ a: [text] }) as { a: string[] };
        expect(escaped.a[0]?.replaceAll('$$', '$')).toBe(text);
      }),
    );
    const file = datasourcesFile([{ ...LOKI, jsonData: { url: '${__value.raw}' } }]) as { datasources: { jsonData: { url: string } }[] };
    expect(file.datasources[0]?.jsonData.url).toBe('$${__value.raw}');
  });

  /** Variables as Grafana replaces them in every value of a provisioning file: `$$` is a dollar, the rest is looked up. */
  const expanded = (text: string): string => text.replace(/\$(\$|\{[^}]*\}|__(?:env|file)\{[^}]*\}|\w+)/g, (_all, found: string) => (found === '$' ? '$' : 'EXPANDED'));

  it('gives Grafana 1,000 hostile strings as they were', () => {
    const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('$', '{', '}', 'H', '_', '"', ':', '\n') }), fc.constantFrom('${HOME}', '$__file{/etc/passwd}', '$__env{HOME}', '$HOME', '$$HOME'));
    fc.assert(
      fc.property(hostile, (text) => {
        const file = load(toYaml(datasourcesFile([{ ...LOKI, name: text, headers: { h: text }, jsonData: { deep: [{ text }] } }])));
        const [source] = (file as { datasources: { name: string; jsonData: { deep: { text: string }[] }; secureJsonData: Record<string, string> }[] }).datasources;
        expect([source?.name, source?.jsonData.deep[0]?.text, source?.secureJsonData.httpHeaderValue1].map((value) => expanded(value ?? ''))).toEqual([text, text, text]);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it('keeps values on one line', () => {
    fc.assert(fc.property(fc.string().filter((s) => !unquotable(s)), (value) => toIni({ s: { k: value } }).split('\n').length === 3));
  });
});

describe('objects', () => {
  it('are as reviewed', () => {
    const objects = [...grafanaSecrets(input(FULL)).map(({ manifest }) => manifest), ...grafanaManifests(input(FULL))];
    const shown = objects.filter(({ kind }) => kind !== 'ConfigMap').map((o) => `---\n${toYaml(elided(o))}`);
    expectGolden(new URL('golden/objects.yaml', import.meta.url), shown.join(''));
  });

  it('generate no administrator where the user has one', () => {
    const names = grafanaSecrets(input({ admin: { secretName: 'mine' } })).map(({ manifest }) => manifest.metadata.name);
    expect(names).toEqual(['dash-grafana-keys']);
  });
});

describe('UIDs', () => {
  it('are stable, short, and differ with the resource', () => {
    const uid = (namespace: string, name: string) => datasourceUid('loki', { kind: 'LogStack', namespace, name });
    expect(uid('obs', 'logs')).toBe('loki-obs-logs');
    const long = uid('a'.repeat(60), 'b'.repeat(38));
    expect(long).toMatch(/^[A-Za-z0-9-_]{1,40}$/);
    expect(long).not.toBe(uid('a'.repeat(60), 'c'.repeat(38)));
  });
});

describe('validation', () => {
  const codes = (config: object) => validateGrafana({ grafana: { config: { ...config } } }).map(({ code, path }) => `${code} ${path}`);

  it('checks the shape that the CRD cannot', () => {
    expect(codes({ smtp: 'x' })).toEqual(['InvalidOverride spec.grafana.config.smtp']);
    expect(codes({ server: { domain: ['x'] } })).toEqual(['InvalidOverride spec.grafana.config.server.domain']);
    expect(codes({ smtp: { host: 'a\nb' } })).toEqual(['InvalidOverride spec.grafana.config.smtp.host']);
    expect(codes({ 'x]\n[y': { a: 'b' } })).toHaveLength(1);
    expect(codes({ 'auth.proxy': { enabled: true } })).toEqual([]);
  });

  it('refuses what typed fields own', () => {
    expect(codes({ security: { admin_password: 'x' } })).toEqual(['PathOwned spec.grafana.config.security.admin_password']);
    expect(codes({ paths: { data: '/x' } })).toEqual(['PathOwned spec.grafana.config.paths.data']);
  });
});

it('the provisioning file is plain YAML', () => {
  expect(load(toYaml(datasourcesFile([LOKI])))).toMatchObject({ apiVersion: 1, prune: true });
});
