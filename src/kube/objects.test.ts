import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Manifest } from '../base/object.ts';
import { K8S } from '../base/resources.ts';
import { isAlreadyExists, isConflict, isNotFound } from './errors.ts';
import { KubeHttp } from './http.ts';
import { Objects } from './objects.ts';
import { FakeServer } from './testing/server.ts';

const name = { namespace: 'n', name: 'x' };
const manifest = (data: object): Manifest => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...name }, data });

let server: FakeServer;
let http: KubeHttp;
let objects: Objects;

beforeEach(async () => {
  server = await FakeServer.start();
  http = new KubeHttp(server.connection, { userAgent: 'test' });
  objects = new Objects(http);
});

afterEach(async () => {
  await http.close();
  await server.stop();
});

const stored = (): unknown => server.cluster.get('v1/configmaps', 'n', 'x');

describe('Objects', () => {
  it('applies, with force unless told otherwise', async () => {
    const applied = await objects.apply(K8S.ConfigMap, manifest({ a: '1' }), { manager: 'm' });
    expect(applied).toEqual(stored());
    await objects.apply(K8S.ConfigMap, manifest({ a: '2' }), { manager: 'm', force: false, dryRun: true });
    expect(stored()).toEqual(applied);
    expect(server.requests.map((r) => r.query)).toEqual([
      { fieldManager: 'm', force: 'true' },
      { fieldManager: 'm', force: 'false', dryRun: 'All' },
    ]);
    expect(server.requests[0]).toMatchObject({ method: 'PATCH', contentType: 'application/apply-patch+yaml', body: manifest({ a: '1' }) });
  });

  it('applies status to its subresource only', async () => {
    const status = { ...manifest({}), status: { ready: true } };
    await expect(objects.applyStatus(K8S.ConfigMap, status, { manager: 'm' })).rejects.toMatchObject({ status: 404 });
    await objects.create(K8S.ConfigMap, manifest({}));
    await objects.applyStatus(K8S.ConfigMap, status, { manager: 'm' });
    expect(server.requests.at(-1)?.path).toBe('/api/v1/namespaces/n/configmaps/x/status');
    expect(stored()).toMatchObject({ status: { ready: true } });
  });

  it('creates once', async () => {
    await objects.create(K8S.ConfigMap, manifest({}), { manager: 'm', dryRun: true });
    expect(stored()).toBeUndefined();
    await objects.create(K8S.ConfigMap, manifest({}), { manager: 'm' });
    const error: unknown = await objects.create(K8S.ConfigMap, manifest({})).catch((e: unknown) => e);
    expect(isAlreadyExists(error)).toBe(true);
  });

  it('updates only what nobody else has changed', async () => {
    const created = await objects.create(K8S.ConfigMap, manifest({ a: '1' }));
    await objects.update(K8S.ConfigMap, { ...created, ...{ data: { a: '2' } } });
    const error: unknown = await objects.update(K8S.ConfigMap, created).catch((e: unknown) => e);
    expect(isConflict(error)).toBe(true);
    expect(stored()).toMatchObject({ data: { a: '2' } });
  });

  it('gets, or rejects; gets metadata, or nothing', async () => {
    const error: unknown = await objects.get(K8S.ConfigMap, name).catch((e: unknown) => e);
    expect(isNotFound(error)).toBe(true);
    expect(await objects.getMetadata(K8S.ConfigMap, name)).toBeUndefined();
    const created = await objects.create(K8S.ConfigMap, manifest({ secret: 'x' }));
    expect(await objects.get(K8S.ConfigMap, name)).toEqual(created);
    expect(await objects.getMetadata(K8S.ConfigMap, name)).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: created.metadata });
  });

  it('lists', async () => {
    await objects.create(K8S.ConfigMap, manifest({}));
    expect(await objects.list(K8S.ConfigMap, { namespace: 'n' })).toMatchObject([{ kind: 'ConfigMap', metadata: name }]);
    expect(await objects.list(K8S.ConfigMap, { namespace: 'other' })).toEqual([]);
  });

  it('removes, which is done when it is gone', async () => {
    const { metadata } = await objects.create(K8S.ConfigMap, manifest({}));
    const wrong: unknown = await objects.remove(K8S.ConfigMap, name, { uid: 'other' }).catch((e: unknown) => e);
    expect(isConflict(wrong)).toBe(true);
    await objects.remove(K8S.ConfigMap, name, { uid: metadata.uid, resourceVersion: metadata.resourceVersion, propagation: 'Orphan' });
    expect(stored()).toBeUndefined();
    await objects.remove(K8S.ConfigMap, name);
    expect(server.requests.slice(-2).map((r) => r.body)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Orphan',
        preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion },
      },
      { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
    ]);
  });

  it('merge-patches, a subresource too', async () => {
    await objects.create(K8S.ConfigMap, manifest({ a: '1', b: '2' }));
    await objects.mergePatch(K8S.ConfigMap, name, { data: { a: null } }, { manager: 'm', subresource: 'status' });
    expect(stored()).toMatchObject({ data: { b: '2' } });
    const request = server.requests.at(-1);
    expect(request).toMatchObject({ contentType: 'application/merge-patch+json', query: { fieldManager: 'm' } });
    expect(request?.path).toMatch(/status$/);
  });

  it('rejects, rather than addressing something else, when a name is missing', async () => {
    const nameless = { ...manifest({}), metadata: { namespace: 'n', name: '' } };
    const homeless = { ...manifest({}), metadata: { name: 'x' } };
    await expect(objects.remove(K8S.ConfigMap, nameless.metadata)).rejects.toThrow(TypeError);
    await expect(objects.apply(K8S.ConfigMap, nameless, { manager: 'm' })).rejects.toThrow(TypeError);
    await expect(objects.create(K8S.ConfigMap, homeless)).rejects.toThrow(TypeError);
    expect(server.requests).toEqual([]);
  });
});
