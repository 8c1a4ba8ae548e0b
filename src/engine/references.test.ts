import { describe, expect, it } from '@jest/globals';
import { LABEL, MANAGER } from '../base/names.ts';
import { type AnyObject } from './testing/cluster.ts';
import { CHILDREN, ready, started } from './testing/setup.ts';
import { toy } from './testing/toy.ts';

describe('references', () => {
  it('wake those who asked, when what they asked for changes', async () => {
    const h = await started(['a', { peer: 'b' }], ['b', { value: '1' }], ['c']);
    const value = (): unknown => (h.cluster.find('ConfigMap', 'ns', 'a-0') as AnyObject)['data'];
    expect(value()).toMatchObject({ peer: '1' });
    h.edit('b', { value: '2' });
    await h.idle();
    expect(value()).toMatchObject({ peer: '2' });
    h.cluster.delete('Toy', 'ns', 'b');
    await h.idle();
    expect(value()).toMatchObject({ peer: '' });
  });

  it('wake those who listed', async () => {
    const h = await started(['a', { counts: true }]);
    h.cluster.put(toy('b'));
    await h.idle();
    expect(h.cluster.find('ConfigMap', 'ns', 'a-0')?.['data']).toMatchObject({ count: '2' });
  });

  it('to Secrets are read once a version, and only while somebody asks', async () => {
    const h = await started(['a', { secret: 's' }]);
    expect(h.cluster.find('StatefulSet', 'ns', 'a')).toBeUndefined();
    h.cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'ns' }, data: { k: 'dg==' } } as unknown as AnyObject);
    await h.idle();
    const hash = (): unknown => JSON.stringify(h.cluster.find('StatefulSet', 'ns', 'a')?.['spec']);
    const first = hash();
    expect(first).toMatch(/"s":"[0-9a-f]{16}"/);
    h.queue.add('Toy/ns/a');
    await h.idle();
    expect(h.cluster.requests.filter(({ verb }) => verb === 'get')).toHaveLength(1);
    h.cluster.edit('Secret', 'ns', 's', (o) => (o['data'] = { k: 'dw==' }));
    await h.idle();
    expect(hash()).not.toBe(first);
    expect(h.cluster.requests.filter(({ verb }) => verb === 'get')).toHaveLength(2);
  });
});

describe('generated Secrets', () => {
  it('are made once, and known to the plan in the same pass', async () => {
    const h = await started(['a', { generated: 'pw', hashed: true }]);
    expect(h.cluster.take()).toEqual(['create Secret/pw', ...CHILDREN, 'applyStatus Toy/a']);
    const password = h.cluster.find('Secret', 'ns', 'pw')?.['data'];
    expect(Buffer.from((password as { password: string }).password, 'base64').toString()).toMatch(/^[A-Za-z0-9]{32}$/);
    await h.idle();
    expect(h.cluster.take()).toEqual([]);
  });

  it('survive the resource, and serve the next one of its name', async () => {
    const h = await ready({ generated: 'pw' });
    const before = h.cluster.find('Secret', 'ns', 'pw');
    for (const [kind, name] of [['Toy', 'a'], ['ConfigMap', 'a-0'], ['Service', 'a'], ['StatefulSet', 'a']] as const) h.cluster.delete(kind, 'ns', name);
    await h.idle();
    h.cluster.put(toy('a', { generated: 'pw' }));
    await h.idle();
    expect(h.cluster.find('Secret', 'ns', 'pw')).toEqual(before);
    expect(h.cluster.take()).not.toContain('create Secret/pw');
  });

  it('are read when they exist although the cache does not show them', async () => {
    const h = await started();
    h.cluster.hold();
    h.cluster.put(toy('a', { generated: 'pw' }));
    const labels = { [LABEL.managedBy]: MANAGER };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pw', namespace: 'ns', labels }, data: { password: 'eA==' } };
    h.cluster.put(secret);
    h.caches.own.get('Toy')?.store('ns')?.upsert(structuredClone(h.cluster.find('Toy', 'ns', 'a') as AnyObject));
    await h.idle();
    expect(h.cluster.take().slice(0, 2)).toEqual(['create Secret/pw', 'apply ConfigMap/a-0']);
    expect(h.cluster.find('Secret', 'ns', 'pw')?.['data']).toEqual({ password: 'eA==' });
  });

  it('are never overwritten: a missing key, or a foreign Secret, is said', async () => {
    const h = await ready({ generated: 'pw' });
    h.cluster.edit('Secret', 'ns', 'pw', (o) => (o['data'] = { other: 'eA==' }));
    await h.idle();
    expect(h.toy('a').status?.['refusals']).toEqual([expect.stringContaining('Secret/ns/pw Invalid: Secret pw lacks password')]);
    h.cluster.edit('Secret', 'ns', 'pw', (o) => (o.metadata.labels = {}));
    await h.idle();
    expect(h.toy('a').status?.['refusals']).toEqual([expect.stringContaining('Secret/ns/pw NameTaken')]);
    expect(h.cluster.find('Secret', 'ns', 'pw')?.['data']).toEqual({ other: 'eA==' });
  });
});
