import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { describeWith } from '../programs/describe.ts';
import { Client, countBy, startBinder, startControlPlane } from './index.ts';
import type { ControlPlane } from './index.ts';
import { processesGone } from './processes.ts';
import { CLAIMS, NAMESPACES, START_MS, VOLUMES, gone, isBound } from './testing.ts';

const namespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

await describeWith(['etcd', 'kube-apiserver'], 'a control plane', () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane();
  }, START_MS);

  afterAll(async () => {
    await plane.stop();
    expect(await processesGone(plane.stateDir)).toEqual([]);
  });

  it('counts every request once', async () => {
    const { client, auditLog } = plane;
    const since = await auditLog.mark();
    await client.post(NAMESPACES, namespace('counted'));
    await client.until(NAMESPACES, 'counted', () => true);
    const mine = { since, userAgent: client.userAgent, user: 'admin' };
    expect(countBy(await auditLog.requests(mine))).toEqual({ 'create namespaces': 1, 'list namespaces': 1 });
    expect(countBy(await auditLog.requests({ ...mine, except: [{ verb: /^(list|watch)$/ }] }), (r) => r.name)).toEqual({ counted: 1 });
    expect(await auditLog.requests({ ...mine, verb: ['delete', 'patch'] })).toEqual([]);
    expect(await auditLog.requests({ since: await auditLog.mark(), user: 'admin' })).toEqual([]);
  });

  it('counts a watch while it lasts', async () => {
    const { client, auditLog } = plane;
    const since = await auditLog.mark();
    const end = new AbortController();
    for await (const event of client.follow(NAMESPACES, end.signal)) {
      if (event.object.metadata.name === 'watched') {
        expect(countBy(await auditLog.requests({ since, user: 'admin', verb: 'watch' }))).toEqual({ 'watch namespaces': 1 });
        end.abort();
      } else if (event.object.metadata.name === 'default') {
        await client.post(NAMESPACES, namespace('watched'));
      }
    }
    expect(countBy(await auditLog.requests({ since, user: 'admin', verb: 'watch' }))).toEqual({ 'watch namespaces': 1 });
  });

  it('denies a service account what nobody has granted', async () => {
    const user = 'system:serviceaccount:somewhere:someone';
    const someone = new Client(plane.connectionFor(user));
    await expect(someone.get('/api/v1/secrets')).rejects.toMatchObject({ status: 403, reason: 'Forbidden', message: expect.stringContaining(user) });
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'readers' } };
    const subjects = [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:serviceaccounts:somewhere' }];
    const roleRef = { kind: 'ClusterRole', apiGroup: 'rbac.authorization.k8s.io', name: 'cluster-admin' };
    await plane.client.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { ...role, subjects, roleRef });
    await expect(someone.list('/api/v1/secrets')).resolves.toEqual([]);
    await someone.close();
    expect((await plane.auditLog.requests({ user })).map((record) => record.code)).toEqual([403, 200]);
  });

  it('writes kubeconfigs, and gives tokens', async () => {
    const config = load(await readFile(await plane.kubeconfigFor('jane', ['devs']), 'utf8'));
    expect(config).toMatchObject({ clusters: [{ cluster: { server: plane.url } }], 'current-context': 'test' });
    await plane.client.post('/api/v1/namespaces/default/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } });
    const token = await plane.serviceAccountToken('default', 'robot');
    const robot = new Client({ url: plane.url, ca: plane.admin.ca, token });
    await expect(robot.get('/api/v1/secrets')).rejects.toThrow('system:serviceaccount:default:robot');
    await robot.close();
  });

  it('binds claims without controllers when asked', async () => {
    const binder = await startBinder(plane.client, { setStatus: true });
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    await plane.client.post(CLAIMS, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec });
    const bound = await plane.client.until(CLAIMS, 'data', isBound);
    await plane.client.patch(`${CLAIMS}/data`, 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } });
    await plane.client.until(CLAIMS, 'data', (claim) => JSON.stringify(claim.status).includes('2Gi'));
    await plane.client.delete(`${CLAIMS}/data`);
    await gone(plane.client, VOLUMES, `pvc-${String(bound.metadata.uid)}`);
    expect(await plane.client.list(CLAIMS)).toEqual([]);
    await binder.stop();
  });

  it('stands beside another one', async () => {
    const other = await startControlPlane({ name: 'other', audit: false });
    try {
      await other.client.post(NAMESPACES, namespace('elsewhere'));
      const names = (await plane.client.list(NAMESPACES)).map((object) => object.metadata.name);
      expect(names).not.toContain('elsewhere');
      await expect(other.auditLog.requests()).rejects.toThrow('without an audit log');
      expect(plane.running()).toEqual(['etcd', 'kube-apiserver']);
    } finally {
      await other.stop();
    }
  }, START_MS);

  it('quotes the log when a program does not start, and keeps it', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'state-'));
    const failure = startControlPlane({ apiServerArgs: ['--no-such-flag'], stateDir });
    await expect(failure).rejects.toThrow(/kube-apiserver ended early.*unknown flag: --no-such-flag/s);
    expect(await readFile(join(stateDir, 'logs/kube-apiserver.log'), 'utf8')).toContain('no-such-flag');
    expect(await processesGone(stateDir)).toEqual([]);
    await rm(stateDir, { recursive: true });
  }, START_MS);
});

describe('a state folder', () => {
  it('is never one that holds something else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'state-'));
    await writeFile(join(folder, 'precious'), '');
    await expect(startControlPlane({ stateDir: folder })).rejects.toThrow('is left alone');
    expect(await readdir(folder)).toEqual(['precious']);
    await rm(folder, { recursive: true });
  });
});
