import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from './testing/clock.ts';
import { status } from './testing/cluster.ts';
import { ReflectorBench } from './testing/reflector-bench.ts';
import { verbOf } from './testing/server.ts';

let bench: ReflectorBench;

beforeEach(async () => {
  bench = await ReflectorBench.create();
});

afterEach(() => bench.close());

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

describe('Reflector lists again', () => {
  it('when its version has expired, by the answer', async () => {
    bench.put('a');
    bench.put('b');
    await bench.synced();
    bench.watch.freeze();
    bench.server.cutAll();
    bench.drop('a');
    bench.put('c');
    bench.server.cluster.compacted = bench.server.cluster.version;
    await bench.pass(100, () => bench.get('c') !== undefined);
    expect(bench.deltas.slice(2)).toEqual(['deleted a', 'added c']);
    expect([bench.watchLists, bench.verbs.includes('LIST')]).toEqual([2, false]);
  });

  it('when its version has expired, by an event', async () => {
    bench.put('a');
    await bench.synced();
    bench.watch.freeze();
    bench.drop('a');
    bench.put('c');
    const expired = { status: 200, body: line('ERROR', status(410, 'Expired').body) };
    bench.server.fault = (r) => (r.query['resourceVersion'] === undefined ? undefined : expired);
    bench.server.cutAll();
    await bench.pass(100, () => bench.get('c') !== undefined);
    expect(bench.deltas.slice(1)).toEqual(['deleted a', 'added c']);
    expect(bench.watchLists).toBe(2);
  });

  it('once a kind that was gone has come back', async () => {
    bench.put('a');
    await bench.synced();
    bench.server.fault = () => status(404, 'NotFound');
    bench.watch.freeze();
    bench.drop('a');
    bench.server.cutAll();
    await bench.endPause();
    await bench.asked(2);
    bench.server.fault = () => undefined;
    await bench.endPause();
    await bench.hasNot('a');
    expect(bench.watchLists).toBe(2);
  });

  it('and takes a listing from the past for a lagging server first, for a restored one in the end', async () => {
    bench.put('a');
    bench.put('b');
    await bench.synced();
    bench.watch.freeze();
    bench.drop('b');
    bench.server.cluster.rewind(50);
    bench.server.fault = (r) => (r.query['resourceVersion'] === undefined ? undefined : status(410, 'Expired'));
    bench.server.cutAll();
    while (bench.store.size > 1) await bench.endPause();
    const lists = bench.server.requests.filter((r) => r.query['resourceVersion'] === undefined);
    // The one at the start; then one more WatchList, and three listings to make sure.
    expect(lists.map(verbOf)).toEqual(['WATCH', 'WATCH', 'LIST', 'LIST', 'LIST']);
    expect([bench.store.resourceVersion, bench.deltas.at(-1)]).toEqual(['50', 'deleted b']);
    bench.server.fault = () => undefined;
  });
});

describe('Reflector waits', () => {
  it('for a kind that is not there yet, or not allowed, and says so once', async () => {
    let answer = status(404, 'NotFound');
    bench.server.fault = () => answer;
    bench.start();
    expect([await bench.endPause(), await bench.endPause(), await bench.endPause()]).toEqual([800, 1600, 3200]);
    expect(bench.logged).toEqual(['warn watch failed, trying again']);
    answer = status(403, 'Forbidden');
    await bench.endPause();
    await until(() => bench.logged.length === 2);
    bench.server.fault = () => undefined;
    await bench.endPause();
    await bench.reflector.synced;
    await bench.watching();
    expect(bench.logged.at(-1)).toBe('info watching again');
  });
});

describe('Reflector without WatchList', () => {
  beforeEach(() => {
    bench.server.watchList = false;
  });

  it('lists by pages and watches from there; it asks for a WatchList only once', async () => {
    for (let i = 0; i < 700; i++) bench.put(`m${i}`);
    await bench.synced();
    expect(bench.store.size).toBe(700);
    expect(bench.verbs).toEqual(['WATCH', 'LIST', 'LIST', 'WATCH']);
    const { cluster } = bench.server;
    cluster.compacted = cluster.version + 1;
    cluster.tick(2);
    bench.server.cutAll();
    await bench.endPause();
    await bench.asked(5);
    cluster.compacted = 0;
    await bench.endPause();
    await bench.watching();
    expect(bench.verbs.slice(4)).toEqual(['WATCH', 'LIST', 'LIST', 'WATCH']);
    expect(bench.watchLists).toBe(1);
    expect(bench.logged).toContain('info no WatchList here, listing by pages');
  });

  it('keeps what it has when a listing breaks off half way', async () => {
    for (let i = 0; i < 700; i++) bench.put(`m${i}`);
    bench.server.fault = (r) => (r.query['continue'] === undefined ? undefined : 'half an answer');
    bench.start();
    await bench.asked(3);
    await until(() => bench.clock.pending().includes(800));
    expect([bench.store.size, bench.reflector.isSynced]).toEqual([0, false]);
    bench.server.fault = () => undefined;
    await bench.endPause();
    await bench.reflector.synced;
    expect(bench.store.size).toBe(700);
  });

  it('asks for metadata in both forms', async () => {
    await bench.synced({ metadataOnly: true });
    const as = bench.server.requests.map((r) => /as=(\w+)/.exec(r.accept)?.[1]);
    expect(as).toEqual(['PartialObjectMetadata', 'PartialObjectMetadataList', 'PartialObjectMetadata']);
  });

  it('sees through a server that ignores what it does not know', async () => {
    bench.put('a');
    bench.server.watchList = true;
    // An old server: initial events from nowhere, and bookmarks without the annotation.
    const added = line('ADDED', { metadata: { name: 'a', namespace: 'n', resourceVersion: '1' } });
    const old = { status: 200, body: added + line('BOOKMARK', { metadata: { resourceVersion: '5' } }) };
    bench.server.fault = (r) => (r.query['sendInitialEvents'] === undefined ? undefined : old);
    await bench.synced();
    expect(bench.verbs).toEqual(['WATCH', 'LIST', 'WATCH']);
    expect(bench.deltas).toEqual(['added a initial']);
  });

  it('asks for pages, once, when a WatchList ends half way', async () => {
    bench.put('a');
    bench.server.watchList = true;
    bench.server.fault = (r) => (r.query['sendInitialEvents'] === undefined ? undefined : { status: 200, body: '' });
    bench.start();
    await bench.endPause();
    await bench.reflector.synced;
    await bench.watching();
    expect(bench.verbs).toEqual(['WATCH', 'LIST', 'WATCH']);
  });
});
