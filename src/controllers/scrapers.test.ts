import { describe, expect, it } from '@jest/globals';
import type { MetricsStackSpec } from '../api/metricsstack.ts';
import { planLogStack } from './logstack/index.ts';
import { logStack, manifestNamed, metricsStack, viewOf } from '../testing/resources.ts';
import { scrapersOf } from '../wiring/scrapers.ts';

const names = (spec: MetricsStackSpec, namespace = 'obs', allowedNamespaces: string[] = []): string[] => {
  const stack = logStack({ allowedNamespaces });
  return scrapersOf(stack, viewOf({ resources: [stack, metricsStack(spec, 'metrics', namespace)] })).map(({ owner, component }) => `${owner.namespace}/${owner.name}-${component}`);
};

describe('scrapers', () => {
  it('are those that are told to scrape what the operator runs', () => {
    expect(names({ collection: { prometheus: {} } })).toEqual(['obs/metrics-prometheus']);
    expect(names({ collection: { alloy: {} } })).toEqual(['obs/metrics-alloy-metrics']);
    expect(names({ collection: { prometheus: { targets: { components: false } } } })).toEqual([]);
    expect(names({})).toEqual([]);
  });

  it('come from another namespace only where the stack allows it', () => {
    expect(names({ collection: { prometheus: {} } }, 'other')).toEqual([]);
    expect(names({ collection: { prometheus: {} } }, 'other', ['other'])).toEqual(['other/metrics-prometheus']);
  });

  it('are let in at the port of the metrics', () => {
    const stack = logStack();
    const { manifests } = planLogStack(stack, viewOf({ resources: [stack, metricsStack({ collection: { prometheus: {} } })] }));
    const { spec } = manifestNamed(manifests, 'NetworkPolicy', 'logs-loki') as unknown as { spec: { ingress: object[] } };
    expect(spec.ingress.at(-1)).toMatchObject({
      from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'metrics', 'app.kubernetes.io/component': 'prometheus' } } }],
      ports: [{ protocol: 'TCP', port: 'http' }],
    });
  });
});
