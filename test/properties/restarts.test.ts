import { describe, expect, it } from '@jest/globals';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { deepMerge, type Tree } from '../../src/components/kit/merge.ts';
import { CONTROLLERS } from '../../src/controllers/index.ts';
import { checkResource } from '../../src/api/resource.ts';
import { completeSecret, logStack, metricsStack, tracingStack, viewOf } from '../../src/testing/resources.ts';

/** What a change of the spec restarts: the workloads whose pod templates differ. */

const LGTM = { size: 'medium', storage: { type: 's3', s3: { bucket: 'bucket', region: 'eu-1', secretName: 's' } } };

const BASES: Readonly<Record<string, KubeObject>> = {
  loki: logStack({ ...LGTM, collection: { alloy: {} }, buffer: { kafka: { managed: {} } } } as object),
  fluentd: logStack({ collection: { fluentd: {} }, processing: { fluentd: {} } }),
  elastic: logStack({ backend: 'elasticsearch', retention: '14d', kibana: {}, collection: { filebeat: {}, metricbeat: {} }, processing: { logstash: {} } } as object),
  tempo: tracingStack({ ...LGTM, tenancy: { enabled: true, tenant: 'a' }, tenants: [{ name: 'a' }] } as object),
  mimir: metricsStack({ ...LGTM, collection: { prometheus: { ha: true } } } as object),
};

interface Workload extends Manifest {
  spec: { template: object };
}

const isWorkload = ({ kind }: Manifest): boolean => ['StatefulSet', 'Deployment', 'DaemonSet'].includes(kind);

function templates(resource: KubeObject): Map<string, string> {
  expect(checkResource(resource)).toEqual([]);
  const view = { ...viewOf({ resources: [resource] }), secret: () => completeSecret };
  const plan = CONTROLLERS[resource.kind as keyof typeof CONTROLLERS].plan(resource, view);
  return new Map(plan.manifests.filter(isWorkload).map((manifest) => [manifest.metadata.name, JSON.stringify((manifest as Workload).spec.template)]));
}

/** Workloads that a merge patch on the spec restarts. */
function restarted(base: string, patch: Tree): string[] {
  const resource = BASES[base] as KubeObject & { spec: Tree };
  const before = templates(resource);
  const after = templates({ ...resource, spec: deepMerge(resource.spec, patch) } as KubeObject);
  return [...after].filter(([name, template]) => before.has(name) && before.get(name) !== template).map(([name]) => name).sort();
}

describe('a change of what is reloaded in place restarts nothing', () => {
  it.each<[string, string, Tree]>([
    ["Loki's limits", 'loki', { loki: { limits: { ingestionRateMB: 8, maxStreams: 10_000 } } }],
    ["Tempo's limits", 'tempo', { limits: { maxBytesPerTrace: 10_000_000 } }],
    ["limits of a tenant of Tempo", 'tempo', { tenants: [{ name: 'a', retention: '3d' }] }],
    ["Mimir's limits", 'mimir', { limits: { maxSeries: 500_000 } }],
    ['what Prometheus scrapes', 'mimir', { collection: { prometheus: { scrapeInterval: '15s', targets: { cadvisor: false } } } }],
    ["Logstash's filters", 'elastic', { processing: { logstash: { pipelines: [{ name: 'main', filters: [{ drop: {} }] }] } } }],
    ['the retention of an Elasticsearch', 'elastic', { retention: '30d' }],
    ["a topic's retention", 'loki', { buffer: { kafka: { topic: { retention: '2d' } } } }],
    ['who may refer to a stack', 'mimir', { allowedNamespaces: ['*'] }],
    ['network policies', 'elastic', { networkPolicy: { enabled: false } }],
  ])('%s', (_what, base, patch) => {
    expect(restarted(base, patch)).toEqual([]);
  });
});

describe('a change of one component restarts that component alone', () => {
  const memory = { resources: { requests: { memory: '3Gi' }, limits: { memory: '3Gi' } } };
  it.each<[string, Tree, string[]]>([
    ['loki', { loki: memory }, ['logs-loki']],
    ['loki', { collection: { alloy: memory } }, ['logs-alloy', 'logs-alloy-cluster']],
    ['loki', { processing: { alloy: memory } }, ['logs-alloy-kafka']],
    ['fluentd', { collection: { fluentd: memory } }, ['logs-fluentd']],
    ['fluentd', { processing: { fluentd: memory } }, ['logs-fluentd-agg']],
    ['elastic', { elasticsearch: memory }, ['logs-elasticsearch']],
    ['elastic', { kibana: memory }, ['logs-kibana']],
    ['elastic', { collection: { filebeat: memory } }, ['logs-filebeat']],
    ['elastic', { collection: { metricbeat: memory } }, ['logs-metricbeat', 'logs-metricbeat-cl']],
    ['elastic', { processing: { logstash: memory } }, ['logs-logstash']],
    ['tempo', { tempo: memory }, ['traces-tempo']],
    ['mimir', { mimir: memory }, ['metrics-mimir']],
    ['mimir', { collection: { prometheus: memory } }, ['metrics-prometheus']],
  ])('%s %j', (base, patch, expected) => {
    expect(restarted(base, patch)).toEqual(expected);
  });
});
