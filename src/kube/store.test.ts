import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import type { Delta } from './store.ts';
import { Store } from './store.ts';

const object = (name: string, version: number, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'n', name, uid: `uid-${name}`, resourceVersion: String(version), ...more },
});

const owner = (o: KubeObject): string[] => (o.metadata.ownerReferences ?? []).map((r) => r.uid);
const ownedBy = (uid: string): Partial<KubeObject['metadata']> => ({ ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid }] });

function recorded(log?: Log): { store: Store; deltas: string[]; full: Delta<KubeObject>[] } {
  const store = new Store({ indexes: { owner }, ...(log === undefined ? {} : { log }) });
  const deltas: string[] = [];
  const full: Delta<KubeObject>[] = [];
  store.subscribe((delta) => {
    full.push(delta);
    deltas.push(`${delta.type} ${delta.object.metadata.name}@${delta.object.metadata.resourceVersion ?? ''}${delta.initial ? ' initial' : ''}`);
  });
  return { store, deltas, full };
}

const x = { namespace: 'n', name: 'x' };

describe('Store', () => {
  it('finds by name, UID and index, and tells of changes', () => {
    const { store, deltas, full } = recorded();
    store.upsert(object('x', 1, ownedBy('a')));
    store.upsert(object('x', 2, ownedBy('b')));
    expect(store.get(x)?.metadata.resourceVersion).toBe('2');
    expect(store.byUid('uid-x')).toBe(store.get(x));
    expect([store.byIndex('owner', 'a'), store.byIndex('owner', 'b')]).toEqual([[], [store.get(x)]]);
    store.remove(object('x', 3));
    expect(deltas).toEqual(['added x@1', 'updated x@2', 'deleted x@3']);
    expect(full[2]?.previous?.metadata.resourceVersion).toBe('2');
    expect([store.size, store.list(), store.byUid('uid-x'), store.byIndex('owner', 'b')]).toEqual([0, [], undefined, []]);
    expect(() => store.byIndex('colour', 'a')).toThrow(TypeError);
  });

  it('drops what is older than what it knows', () => {
    const { store, deltas } = recorded();
    store.upsert(object('x', 10));
    store.upsert(object('x', 9));
    store.upsert(object('x', 10));
    store.remove(object('x', 9));
    store.upsert(object('x', 8, { uid: 'earlier' }));
    store.remove(object('x', 9, { uid: 'earlier' }));
    expect(deltas).toEqual(['added x@10']);
    store.remove(object('x', 12));
    store.upsert(object('x', 11));
    expect(deltas).toEqual(['added x@10', 'deleted x@12']);
    store.upsert(object('x', 13));
    expect(store.size).toBe(1);
  });

  it('shows a recreation as deleted and added, also across a listing', () => {
    const { store, deltas } = recorded();
    store.upsert(object('x', 1));
    store.upsert(object('x', 5, { uid: 'new' }));
    expect(deltas.splice(0)).toEqual(['added x@1', 'deleted x@1', 'added x@5']);
    expect(store.byUid('uid-x')).toBeUndefined();
    store.replace([object('x', 7, { uid: 'newer' })], '8');
    expect(deltas).toEqual(['deleted x@5', 'added x@7 initial']);
    expect([store.byUid('new'), store.byUid('newer')]).toEqual([undefined, store.get(x)]);
  });

  it('replaces at once: listeners see the whole new state', () => {
    const { store, deltas } = recorded();
    store.replace([object('a', 1), object('b', 2)], '3');
    const before = store.get({ namespace: 'n', name: 'a' });
    const sizes: number[] = [];
    store.subscribe(() => sizes.push(store.size));
    deltas.splice(0);
    expect(store.replace([object('a', 1), object('c', 5), object('d', 6)], '7')).toBe(true);
    expect(deltas).toEqual(['deleted b@2', 'added c@5', 'added d@6']);
    expect(sizes).toEqual([3, 3, 3]);
    expect(store.get({ namespace: 'n', name: 'a' })).toBe(before);
    expect(store.resourceVersion).toBe('7');
  });

  it('takes a listing for the last word on all that was before', () => {
    const { store, deltas } = recorded();
    store.replace([object('a', 1)], '10');
    store.upsert(object('gone', 9));
    store.remove(object('a', 9, { uid: 'earlier' }));
    store.upsert(object('b', 11));
    expect(deltas).toEqual(['added a@1 initial', 'added b@11']);
  });

  it('refuses a listing from the past, unless told that history went back', () => {
    const { store } = recorded();
    store.replace([object('x', 10)], '20');
    expect(store.replace([object('x', 8)], '19')).toBe(false);
    expect([store.get(x)?.metadata.resourceVersion, store.resourceVersion]).toEqual(['10', '20']);
    expect(store.replace([object('x', 8)], '19', { force: true })).toBe(true);
    expect([store.get(x)?.metadata.resourceVersion, store.resourceVersion]).toEqual(['8', '19']);
  });

  it('knows how far it has seen, by events and bookmarks', async () => {
    const { store } = recorded();
    expect([store.resourceVersion, store.reached('1')]).toEqual(['', false]);
    store.replace([], '10');
    const waiting = store.whenReached('14');
    store.upsert(object('x', 12));
    expect([store.reached('12'), store.reached('13')]).toEqual([true, false]);
    store.bookmark('13');
    store.remove(object('x', 15));
    await waiting;
    expect(store.resourceVersion).toBe('15');
    let seen = '';
    store.subscribe(() => (seen = store.resourceVersion));
    store.upsert(object('y', 16));
    expect(seen).toBe('16');
  });

  it('survives listeners that throw, and logs them', () => {
    const errors: object[] = [];
    const { store, deltas } = recorded({ ...silentLog, error: (fields) => errors.push(fields) });
    const stop = store.subscribe(() => {
      throw new Error('mine');
    });
    store.subscribe((delta) => deltas.push(`second ${delta.type}`));
    store.upsert(object('x', 1));
    expect(deltas).toEqual(['added x@1', 'second added']);
    expect(errors).toHaveLength(1);
    stop();
    store.upsert(object('x', 2));
    expect(errors).toHaveLength(1);
  });

  it('strips managedFields, and nothing else, by default; or keeps what it is told to', () => {
    const managed = object('x', 1, { labels: { a: 'b' }, managedFields: [{ manager: 'm' }] });
    const plain = new Store();
    plain.upsert(managed);
    expect(plain.get(x)).toEqual(object('x', 1, { labels: { a: 'b' } }));
    expect(managed.metadata.managedFields).toHaveLength(1);
    const whole = new Store({ transform: (o) => o });
    whole.upsert(managed);
    expect(whole.get(x)).toBe(managed);
  });

  it('takes objects without UID or version, as tests write them', () => {
    const { store, deltas } = recorded();
    const bare: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'n', name: 'x' } };
    store.upsert(bare);
    store.upsert({ ...bare });
    store.remove(bare);
    expect(deltas).toEqual(['added x@', 'updated x@', 'deleted x@']);
  });
});
