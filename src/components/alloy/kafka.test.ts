import { describe, expect, it } from '@jest/globals';
import { expectGolden } from '../../testing/golden.ts';
import { dataOf, manifestNamed, present, stage } from '../../testing/resources.ts';
import { elided } from '../../testing/elide.ts';
import { elasticsearchSink } from '../elasticsearch/endpoints.ts';
import { kafkaSink } from '../kafka/part.ts';
import type { Part } from '../kit/part.ts';
import type { LokiSink } from '../kit/sink.ts';
import { toYaml } from '../kit/yaml.ts';
import { alloyConsumerPart } from './consumer.ts';
import { alloyPart } from './part.ts';

const OWNER = { kind: 'LogStack', namespace: 'obs', name: 'logs' };
const LOKI: LokiSink = { type: 'loki', url: 'http://logs-loki.obs.svc:3100', host: 'logs-loki.obs.svc', port: 3100, tenant: 'team' };
const PLAIN = kafkaSink(OWNER, { managed: {} });
const SECURE = kafkaSink(OWNER, {
  topic: { name: 'logs' },
  external: {
    bootstrapServers: ['k1:9093'],
    tls: { caSecretName: 'ca', certificateSecretName: 'cert' },
    sasl: { mechanism: 'PLAIN', secretName: 'login' },
  },
});

const golden = (name: string): URL => new URL(`golden/${name}`, import.meta.url);
const config = (part: Part, name: string): string => dataOf(manifestNamed(part.manifests, 'ConfigMap', name), 'config.alloy');
const hashes = (part: Part): string[] => [...JSON.stringify(part.manifests).matchAll(/"lgtm-operator.io\/config-hash":"(\w+)"/g)].map(([, hash = '']) => hash);
const withSecrets = (hash: string) => stage({ secret: () => ({ ...present('username'), state: 'present', hash, keys: [] }) });

describe('Alloy before Kafka', () => {
  it('writes records as reviewed', () => {
    const part = alloyPart(stage(), { clusterName: 'eu-1' }, SECURE);
    expect(part.findings).toEqual([]);
    expectGolden(golden('to-kafka.alloy'), config(part, 'logs-alloy'));
    expectGolden(golden('events-to-kafka.alloy'), config(alloyPart(stage(), {}, PLAIN), 'logs-alloy-cluster'));
  });

  it('gets secrets by the environment and as files, in the pods of the nodes and in the others', () => {
    for (const name of ['DaemonSet/logs-alloy', 'StatefulSet/logs-alloy-cluster']) {
      const [kind = '', object = ''] = name.split('/');
      const text = JSON.stringify(manifestNamed(alloyPart(stage(), {}, SECURE).manifests, kind, object));
      expect(text).toContain('"secretKeyRef":{"name":"login","key":"password"}');
      expect(text).toContain('"mountPath":"/etc/sink"');
    }
  });

  it('restarts when a Secret changes', () => {
    expect(hashes(alloyPart(withSecrets('a'), {}, SECURE))).not.toEqual(hashes(alloyPart(withSecrets('b'), {}, SECURE)));
    expect(hashes(alloyPart(withSecrets('a'), {}, PLAIN))).toEqual(hashes(alloyPart(withSecrets('b'), {}, PLAIN)));
  });

  it('says what it cannot write to', () => {
    expect(alloyPart(stage(), {}, elasticsearchSink(OWNER)).findings).toMatchObject([{ code: 'SinkUnsupported', path: 'spec.collection.alloy' }]);
  });
});

describe('Alloy behind Kafka', () => {
  const flow = { from: PLAIN, to: LOKI, clients: [] };

  it('reads records as reviewed', () => {
    expectGolden(golden('from-kafka.alloy'), config(alloyConsumerPart(stage(), { streamLabels: { team: 'x"y' } }, flow), 'logs-alloy-kafka'));
    expectGolden(golden('from-kafka-secure.alloy'), config(alloyConsumerPart(stage(), { incomingTimestamp: false }, { ...flow, from: SECURE }), 'logs-alloy-kafka'));
  });

  it('runs as reviewed', () => {
    const { manifests, workloads } = alloyConsumerPart(stage({ size: 'medium' }), {}, { ...flow, from: SECURE });
    expect(workloads).toMatchObject([{ component: 'alloy-kafka', kind: 'Deployment', name: 'logs-alloy-kafka' }]);
    expectGolden(golden('from-kafka.objects.yaml'), manifests.filter(({ kind }) => kind !== 'ConfigMap').map((o) => `---\n${toYaml(elided(o))}`).join(''));
  });

  it('restarts when a Secret changes', () => {
    const secure = { ...flow, from: SECURE };
    expect(hashes(alloyConsumerPart(withSecrets('a'), {}, secure))).not.toEqual(hashes(alloyConsumerPart(withSecrets('b'), {}, secure)));
  });

  it('says what is missing or wrong', () => {
    const codes = (part: Part) => part.findings.map(({ code, path }) => `${code} ${path}`);
    expect(codes(alloyConsumerPart(stage(), {}, { ...flow, from: undefined }))).toEqual(['MissingField spec.processing.alloy']);
    expect(codes(alloyConsumerPart(stage(), {}, { ...flow, to: elasticsearchSink(OWNER) }))).toEqual(['SinkUnsupported spec.processing.alloy']);
    expect(codes(alloyConsumerPart(stage(), { streamLabels: { 'a-b': 'x' }, version: '1.0.0' }, flow))).toEqual([
      'InvalidValue spec.processing.alloy.streamLabels',
      'VersionUnsupported spec.processing.alloy.version',
    ]);
  });
});
