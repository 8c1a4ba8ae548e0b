import { afterAll, beforeAll, it } from '@jest/globals';
import { describeWith } from '../programs/describe.ts';
import { HOLD, startControlPlane } from './index.ts';
import type { ControlPlane } from './index.ts';
import { CLAIMS, START_MS, VOLUMES, gone, hasStatus, isBound } from './testing.ts';

await describeWith(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'], 'with controllers', () => {
  const apps = '/apis/apps/v1/namespaces/default';
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane({ controllers: true, nodes: 2 });
  }, START_MS);

  afterAll(async () => {
    await plane.stop();
  });

  it('makes pods ready, and binds claims', async () => {
    const { client } = plane;
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    await client.post(`${apps}/deployments`, workload('Deployment', 'web', { replicas: 3 }));
    await client.post(`${apps}/daemonsets`, workload('DaemonSet', 'agent', {}));
    await client.post(`${apps}/statefulsets`, workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db', volumeClaimTemplates: [claim] }));
    await client.until(`${apps}/deployments`, 'web', hasStatus({ readyReplicas: 3, availableReplicas: 3 }));
    await client.until(`${apps}/daemonsets`, 'agent', hasStatus({ numberReady: 2, desiredNumberScheduled: 2 }));
    await client.until(`${apps}/statefulsets`, 'db', hasStatus({ readyReplicas: 2 }));
    const bound = await client.until(CLAIMS, 'data-db-1', isBound);
    await client.delete(`${apps}/statefulsets/db`);
    await client.delete(`${CLAIMS}/data-db-1`);
    await gone(client, VOLUMES, `pvc-${String(bound.metadata.uid)}`);
  }, START_MS);

  it('holds pods back that ask for it', async () => {
    const { client } = plane;
    await client.post(`${apps}/deployments`, workload('Deployment', 'held', {}, { [HOLD]: 'yes' }));
    await client.until(`${apps}/deployments`, 'held', hasStatus({ replicas: 1, unavailableReplicas: 1 }));
    const held = (await client.list('/api/v1/namespaces/default/pods?labelSelector=app%3Dheld'))[0];
    await client.patch(`/api/v1/namespaces/default/pods/${String(held?.metadata.name)}`, 'merge', { metadata: { annotations: { [HOLD]: null } } });
    await client.until(`${apps}/deployments`, 'held', hasStatus({ readyReplicas: 1 }));
  }, START_MS);
});

function workload(kind: string, name: string, more: object, annotations: Record<string, string> = {}): object {
  const labels = { app: name };
  const template = { metadata: { labels, annotations }, spec: { containers: [{ name: 'main', image: 'none' }] } };
  return { apiVersion: 'apps/v1', kind, metadata: { name }, spec: { selector: { matchLabels: labels }, template, ...more } };
}
