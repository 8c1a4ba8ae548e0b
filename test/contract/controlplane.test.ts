import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KINDS } from '../../src/api/kinds.ts';
import type { Status } from '../../src/api/status.ts';
import type { KubeObject } from '../../src/base/object.ts';
import { collectionPath } from '../../src/kube/paths.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/index.ts';
import { START_MS } from '../controlplane/testing.ts';
import { describeWith } from '../programs/describe.ts';
import { install, OPERATOR_USER, type RunningOperator, startOperator } from '../apiserver/operator.ts';
import { logStack } from '../../src/testing/resources.ts';
import { ContractCluster } from './cluster.ts';
import { isTree, treeOf } from './contract.ts';

/** The operator, a real API server, and contracts in place of the products: what a stack wishes for comes about, and shows. */

const TEST_MS = 60_000;
const NAMESPACE = 'efk';
const PATH = `${collectionPath(KINDS.LogStack.resource, NAMESPACE)}/logs`;

type Stack = KubeObject & { status?: Status };

await describeWith(['etcd', 'kube-apiserver'], 'a stack with a product to speak to', () => {
  let plane: ControlPlane;
  let cluster: ContractCluster;
  let operator: RunningOperator;

  beforeAll(async () => {
    plane = await startControlPlane();
    await install(plane);
    cluster = new ContractCluster(plane.client);
    operator = await startOperator(plane, undefined, { dataPlane: cluster.dataPlane });
    await plane.client.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    const { apiVersion, kind } = logStack();
    const spec = { backend: 'elasticsearch', retention: '14d', size: 'demo', kibana: {} };
    await plane.client.patch(`${PATH}?fieldManager=test`, 'apply', { apiVersion, kind, metadata: { name: 'logs', namespace: NAMESPACE }, spec });
  }, START_MS);

  afterAll(async () => {
    await operator?.stop();
    await cluster?.close();
    await plane?.stop();
  });

  async function until(predicate: (stack: Stack) => boolean): Promise<Stack> {
    for (;;) {
      const stack = await plane.client.get<Stack>(PATH);
      if (predicate(stack)) return stack;
      await delay(100);
    }
  }

  const has = (stack: Stack, type: string, status: string, reason: string): boolean =>
    (stack.status?.conditions ?? []).some((condition) => condition.type === type && condition.status === status && condition.reason === reason);

  async function play(): Promise<void> {
    for (const [plural, name] of [['statefulsets', 'logs-elasticsearch'], ['deployments', 'logs-kibana']] as const) {
      const path = `/apis/apps/v1/namespaces/${NAMESPACE}/${plural}/${name}`;
      const found = await plane.client.get<KubeObject & { spec: { replicas?: number } }>(path);
      const replicas = found.spec.replicas ?? 1;
      const revisions = plural === 'statefulsets' ? { currentRevision: 'r', updateRevision: 'r' } : {};
      const status = { observedGeneration: found.metadata.generation, replicas, readyReplicas: replicas, updatedReplicas: replicas, ...revisions };
      await plane.client.patch(`${path}/status`, 'merge', { status });
    }
  }

  it('becomes ready once its pods are, and its objects are in force', async () => {
    const before = await until((stack) => has(stack, 'WorkloadsReady', 'False', 'PodsNotReady'));
    expect(has(before, 'Reconciling', 'True', 'PodsNotReady')).toBe(true);
    await play();
    // The first cluster is remembered, which makes another generation of the StatefulSet.
    const stack = await until((found) => (void play(), has(found, 'Ready', 'True', 'Ready')));
    expect(has(stack, 'RetentionApplied', 'True', 'Applied')).toBe(true);
    const es = cluster.elasticsearch(NAMESPACE, 'logs');
    const [policy] = es.state.policies.values();
    expect(treeOf(treeOf(policy?.policy['phases'])['delete'])).toMatchObject({ min_age: '14d' });
    expect([...es.state.streams.keys()]).toHaveLength(1);
    expect(cluster.kibana(NAMESPACE, 'logs').views.size).toBe(1);
  }, TEST_MS);

  it('asks the API server for nothing while it asks the products', async () => {
    const es = cluster.elasticsearch(NAMESPACE, 'logs');
    await delay(1_000);
    const since = await plane.auditLog.mark();
    es.takeWrites();
    await delay(6_000);
    expect(es.requests.length).toBeGreaterThan(5);
    expect(es.takeWrites()).toEqual([]);
    const requests = (await plane.auditLog.requests({ since, user: OPERATOR_USER })).filter(({ verb }) => verb !== 'watch');
    expect(requests).toEqual([]);
  }, TEST_MS);

  it('says that a password is wrong, and heals', async () => {
    const es = cluster.elasticsearch(NAMESPACE, 'logs');
    cluster.held.add(es);
    const good = { ...es.users.passwords };
    es.users.passwords['lgtm-operator'] = 'changed by hand';
    const stack = await until((found) => has(found, 'Stalled', 'True', 'ProductUnauthorized'));
    expect(stack.status?.conditions?.find(({ type }) => type === 'WorkloadsReady')?.message).toContain('Secret efk/logs-elasticsearch-users (key lgtm-operator)');
    Object.assign(es.users.passwords, good);
    await until((found) => has(found, 'Ready', 'True', 'Ready'));
  }, TEST_MS);

  it('leaves a template of somebody else alone, and says so', async () => {
    const { state } = cluster.elasticsearch(NAMESPACE, 'logs');
    const [name = '', ours] = [...state.templates].find(([key]) => key !== 'logs') ?? [];
    const theirs = { ...ours, _meta: {} };
    state.templates.set(name, theirs);
    await until((found) => has(found, 'ConfigValid', 'False', 'ProductObjectForeign'));
    expect(state.templates.get(name)).toBe(theirs);
    state.templates.delete(name);
    await until((found) => has(found, 'Ready', 'True', 'Ready'));
    expect(isTree(state.templates.get(name)?.['_meta'])).toBe(true);
  }, TEST_MS);

  it('is not asked any more once the stack is gone', async () => {
    const es = cluster.elasticsearch(NAMESPACE, 'logs');
    await plane.client.delete(PATH);
    await delay(2_000);
    es.takeWrites();
    await delay(3_000);
    expect(es.requests).toEqual([]);
    expect(es.state.streams.size).toBe(1);
  }, TEST_MS);
});
