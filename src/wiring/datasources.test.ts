import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import { datasourcesFile } from '../components/grafana/datasource.ts';
import { toYaml } from '../components/kit/yaml.ts';
import { expectGolden } from '../testing/golden.ts';
import { dashboardStack, logStack, metricsStack, tracingStack, viewOf } from '../testing/resources.ts';
import { correlationWires, datasources, reachable, stacksOf } from './datasources.ts';
import { dashboardLinks } from './stacks.ts';

const GENERATOR = { metricsGenerator: { remoteWrite: { metricsStackRef: { name: 'metrics' } } } };

function wired(...resources: KubeObject[]) {
  const dashboard = dashboardStack({ stacks: { selector: {}, namespaces: ['obs', 'other'] } });
  const view = viewOf({ resources: [dashboard, ...resources] });
  const links = reachable(dashboard, dashboardLinks(dashboard, view));
  const stacks = stacksOf(links);
  return { links, sources: datasources(stacks, view), wires: correlationWires(stacks, view) };
}

const sentences = (...resources: KubeObject[]): string[] => wired(...resources).wires.map(({ from, to, what }) => `${from} ─ ${what} → ${to}`);

describe('datasources', () => {
  it('of all signals are as reviewed', () => {
    const tenant = { enabled: true, tenant: 'team' };
    const { sources } = wired(
      logStack({ tenancy: tenant }), logStack({ backend: 'elasticsearch' }, 'events'), tracingStack(GENERATOR), metricsStack({ tenancy: tenant }),
    );
    expectGolden(new URL('../components/grafana/golden/linked.yaml', import.meta.url), toYaml(datasourcesFile(sources)));
  });

  it('name no datasource that is not there, however few there are', () => {
    const all = [logStack(), tracingStack(GENERATOR), metricsStack(), logStack({ backend: 'elasticsearch' }, 'events')];
    for (let i = 0; i < 16; i++) {
      const { sources } = wired(...all.filter((_, bit) => (i >> bit) & 1));
      const uids = new Set(sources.map(({ uid }) => uid));
      const named = [...JSON.stringify(sources).matchAll(/"(?:datasourceUid|targetUid|alertmanagerUid)":"([^"]+)"/g)].map(([, uid]) => uid ?? '');
      for (const uid of named) expect(uids).toContain(uid);
      expect(uids.size).toBe(sources.length);
    }
  });

  it('of an Elasticsearch in another namespace wait: its credentials cannot be mounted', () => {
    const { links, sources } = wired(logStack({ backend: 'elasticsearch', allowedNamespaces: ['*'] }, 'events', 'other'));
    expect(links).toMatchObject([{ state: 'Waiting', why: expect.stringContaining('lie in namespace other') }]);
    expect(sources).toEqual([]);
  });

  it('prefer the stack of their own namespace as the other end', () => {
    const far = logStack({ allowedNamespaces: ['*'] }, 'a', 'other');
    expect(sentences(far, logStack(), tracingStack())).toContain('TracingStack/obs/traces ─ traces to logs → LogStack/obs/logs');
  });

  it('show the service map only where the generator writes', () => {
    expect(sentences(tracingStack(), metricsStack())).not.toContainEqual(expect.stringContaining('service map'));
    expect(sentences(tracingStack(GENERATOR), metricsStack())).toContain('TracingStack/obs/traces ─ service map → MetricsStack/obs/metrics');
    expect(sentences(tracingStack(GENERATOR), metricsStack())).toContain('MetricsStack/obs/metrics ─ exemplars (traceID) → TracingStack/obs/traces');
  });

  it('take secrets from the environment, and nothing else', () => {
    const text = toYaml(datasourcesFile(wired(logStack({ backend: 'elasticsearch' }, 'events')).sources));
    expect(text).toContain('basicAuthPassword: $DS_ELASTICSEARCH_OBS_EVENTS_PASSWORD');
    expect(text.replaceAll('$$', '').match(/\$\w+/g)).toEqual(['$DS_ELASTICSEARCH_OBS_EVENTS_PASSWORD', '$DS_ELASTICSEARCH_OBS_EVENTS_CA']);
  });
});
