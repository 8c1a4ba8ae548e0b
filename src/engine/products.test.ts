import { describe, expect, it } from '@jest/globals';
import type { KubeObject, ObjectRef } from '../base/object.ts';
import { refKey } from '../base/object.ts';
import type { DataPlane, ProductFacts, ProductWish } from '../base/product.ts';
import { silentLog } from '../kube/log.ts';
import { Caches } from './caches.ts';
import { secretReader } from './products.ts';
import { harness } from './testing/setup.ts';
import { FakeCluster } from './testing/cluster.ts';
import type { Harness } from './testing/harness.ts';
import { TOY, toy } from './testing/toy.ts';

const KEY = 'Toy/ns/a';

/** Remembers what it is told, and says what it is told to say. */
class FakeDataPlane implements DataPlane {
  readonly calls: string[] = [];
  readonly said = new Map<string, ProductFacts>();
  #listener: (key: string) => void = () => undefined;

  set(key: string, wishes: readonly ProductWish[]): void {
    this.calls.push(`set ${key} ${wishes.map(({ id, objects }) => `${id}:${objects[0]?.name ?? ''}`).join(',')}`);
  }

  forget(key: string): void {
    this.calls.push(`forget ${key}`);
  }

  facts(resource: ObjectRef, id: string): ProductFacts | undefined {
    return this.said.get(`${refKey(resource)} ${id}`);
  }

  onChange(listener: (key: string) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  say(health: string): void {
    this.said.set(`${KEY} search`, { state: 'reachable', facts: { health }, findings: [] });
    this.#listener(KEY);
  }

  take(): string[] {
    return [...new Set(this.calls.splice(0))];
  }
}

async function started(): Promise<{ h: Harness; plane: FakeDataPlane }> {
  const plane = new FakeDataPlane();
  const h = harness(plane);
  h.cluster.put(toy('a', { product: 'search', value: '1' }));
  await h.start();
  return { h, plane };
}

describe('wishes for products', () => {
  it('are handed over after every pass that was applied, and follow the spec', async () => {
    const { h, plane } = await started();
    expect(plane.take()).toEqual([`set ${KEY} search:1`]);
    h.edit('a', { value: '2' });
    await h.idle();
    expect(plane.take()).toEqual([`set ${KEY} search:2`]);
    h.edit('a', { product: undefined });
    await h.idle();
    expect(plane.take()).toEqual([`set ${KEY} `]);
  });

  it('stay as they were when a pass is not applied', async () => {
    const { h, plane } = await started();
    plane.take();
    h.edit('a', { value: '2', refused: true });
    await h.idle();
    expect(plane.take()).toEqual([]);
  });

  it('are dropped when the resource is unmanaged, or gone', async () => {
    const { h, plane } = await started();
    plane.take();
    h.edit('a', { unmanaged: true });
    await h.idle();
    expect(plane.take()).toEqual([`forget ${KEY}`]);
    h.cluster.delete('Toy', 'ns', 'a');
    await h.idle();
    expect(plane.take()).toEqual([`forget ${KEY}`]);
  });
});

describe('what a product says', () => {
  it('reaches the plan of its resource, once for each news', async () => {
    const { h, plane } = await started();
    h.makeReady('a');
    await h.idle();
    h.cluster.take();
    const { plans } = h.controller;
    plane.say('green');
    await h.idle();
    expect((h.cluster.find('ConfigMap', 'ns', 'a-0') as unknown as { data: object }).data).toMatchObject({ health: 'green' });
    expect(h.cluster.take()).toEqual(['apply ConfigMap/a-0']);
    // Its own write comes back as an event, which makes one more plan and no write.
    expect(h.controller.plans - plans).toBeLessThanOrEqual(2);
    await h.idle(10_000);
    expect(h.cluster.take()).toEqual([]);
  });
});

describe('Secrets for the data plane', () => {
  const secret = (name: string, labels: Record<string, string>, value: string): KubeObject =>
    ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'ns', labels }, data: { key: value } }) as KubeObject;

  it('of ours come from the cache, others are read once a version', async () => {
    const caches = new Caches([TOY], {}, silentLog);
    const cluster = new FakeCluster(caches);
    cluster.put(secret('ours', { 'app.kubernetes.io/managed-by': 'lgtm-operator' }, 'MQ=='));
    cluster.put(secret('theirs', {}, 'Mg=='));
    cluster.sync();
    const reads: string[] = [];
    const read = secretReader({ get: (type, name) => (reads.push(name.name), cluster.get(type, name)) }, caches);
    const value = async (name: string): Promise<string | undefined> => (await read({ namespace: 'ns', name }))?.['key'];
    for (let i = 0; i < 3; i++) expect([await value('ours'), await value('theirs')]).toEqual(['MQ==', 'Mg==']);
    expect(reads).toEqual(['theirs']);
    cluster.put(secret('theirs', {}, 'Mw=='));
    expect([await value('theirs'), await value('theirs')]).toEqual(['Mw==', 'Mw==']);
    expect(reads).toEqual(['theirs', 'theirs']);
    expect(await value('none')).toBeUndefined();
  });
});
