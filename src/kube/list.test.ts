import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { K8S } from '../base/resources.ts';
import { KubeHttp } from './http.ts';
import { listAll } from './list.ts';
import { FakeServer } from './testing/server.ts';
import { status } from './testing/cluster.ts';

let server: FakeServer;
let http: KubeHttp;

beforeEach(async () => {
  server = await FakeServer.start();
  http = new KubeHttp(server.connection, { userAgent: 'test' });
  for (let i = 0; i < 1203; i++) {
    const metadata = { namespace: i % 2 === 0 ? 'even' : 'odd', name: `m${i}`, labels: { third: String(i % 3) } };
    server.cluster.put('v1/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }
});

afterEach(async () => {
  await http.close();
  await server.stop();
});

const name = (o: { metadata: { name: string } }): string => o.metadata.name;

describe('listAll', () => {
  it('goes through the pages and gives items their kind back', async () => {
    let pages = 0;
    const listing = await listAll(http, K8S.ConfigMap, { onPage: () => pages++ }, (o) => o);
    expect([listing.items.length, pages, listing.resourceVersion]).toEqual([1203, 3, String(server.cluster.version)]);
    expect(listing.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(server.requests.map((r) => r.query['limit'])).toEqual(['500', '500', '500']);
  });

  it('keeps the selection on every page', async () => {
    const selection = { namespace: 'odd', labelSelector: 'third=1', fieldSelector: 'metadata.name=m7' };
    expect((await listAll(http, K8S.ConfigMap, selection, name)).items).toEqual(['m7']);
    const many = await listAll(http, K8S.ConfigMap, { namespace: 'even' }, name);
    expect(many.items).toHaveLength(602);
    expect(server.requests.every((r) => r.path.includes('/namespaces/'))).toBe(true);
  });

  it('starts over without pages when a page has expired', async () => {
    server.fault = () => {
      server.cluster.pagesExpired = true;
      return undefined;
    };
    expect((await listAll(http, K8S.ConfigMap, {}, name)).items).toHaveLength(1203);
    expect(server.requests.map((r) => r.query['limit'])).toEqual(['500', '500', undefined]);
  });

  it('rejects as a whole when a page fails', async () => {
    server.fault = (r) => (r.query['continue'] === undefined ? undefined : status(403, 'Forbidden'));
    await expect(listAll(http, K8S.ConfigMap, {}, name)).rejects.toMatchObject({ status: 403 });
  });

  it('asks for metadata only when told so', async () => {
    const listing = await listAll(http, K8S.Secret, { metadataOnly: true }, name);
    expect(listing.items).toEqual([]);
    expect(server.requests[0]?.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1');
  });
});
