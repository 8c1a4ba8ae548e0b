import { describe, expect, it } from '@jest/globals';
import { type Manifest, refKey, refOf } from '../../base/object.ts';
import { dashboardStack, logStack, manifestNamed, viewOf } from '../../testing/resources.ts';
import { planLogStack } from './index.ts';

const stack = logStack({ backend: 'elasticsearch', kibana: {}, retention: '14d' });

const facts = (uuid: string) => ({ [`${refKey(refOf(stack))}/elasticsearch`]: { state: 'reachable', facts: { uuid }, findings: [] } as const });

const bootstrap = (manifests: readonly Manifest[]): unknown => manifestNamed(manifests, 'ConfigMap', 'logs-elasticsearch-bootstrap').data;

describe('a LogStack on Elasticsearch', () => {
  const plan = planLogStack(stack, viewOf({ resources: [stack, dashboardStack()] }));

  it('is applied, with both products asked, and rows of its retention', () => {
    expect([plan.apply, plan.version, plan.storage]).toEqual([true, '9.5.1', 'volumes of the nodes']);
    expect(plan.workloads.map(({ kind, name }) => `${kind}/${name}`)).toEqual(['StatefulSet/logs-elasticsearch', 'Deployment/logs-kibana']);
    expect(plan.products.map(({ id }) => id)).toEqual(['elasticsearch', 'kibana']);
    expect(plan.retention.map(({ signal, maxAge }) => `${signal} ${maxAge}`)).toEqual(['logs 15d20m', 'failed logs 15d10m']);
    expect(plan.endpoints.map(({ name, url }) => `${name} ${url}`)).toEqual([
      'push https://logs-elasticsearch.obs.svc:9200/logs-logs-default/_bulk',
      'query https://logs-elasticsearch.obs.svc:9200',
      'kibana http://logs-kibana.obs.svc:5601',
    ]);
  });

  it('lets Kibana and the dashboards in', () => {
    const policy = JSON.stringify(manifestNamed(plan.manifests, 'NetworkPolicy', 'logs-elasticsearch'));
    expect(policy).toContain('"app.kubernetes.io/name":"kibana"');
    expect(policy).toContain('"app.kubernetes.io/name":"grafana"');
  });

  it('remembers the cluster in the pass in which it says its id, and changes nothing else', () => {
    const after = planLogStack(stack, viewOf({ resources: [stack, dashboardStack()], products: facts('abc') }));
    expect(bootstrap(after.manifests)).not.toEqual(bootstrap(plan.manifests));
    const others = (manifests: readonly Manifest[]) => manifests.filter(({ metadata }) => metadata.name !== 'logs-elasticsearch-bootstrap');
    expect(others(after.manifests)).toEqual(others(plan.manifests));
    expect(after.generated.length).toBe(plan.generated.length + 1);
  });
});
