import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { settle, until } from './testing/clock.ts';
import { status } from './testing/cluster.ts';
import { ReflectorBench } from './testing/reflector-bench.ts';

let bench: ReflectorBench;

beforeEach(async () => {
  bench = await ReflectorBench.create();
});

afterEach(() => bench.close());

const INITIAL = { watch: 'true', allowWatchBookmarks: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };

describe('Reflector', () => {
  it('lists and watches with one request', async () => {
    bench.put('a');
    bench.put('b');
    await bench.synced();
    const { reflector, store, server, clock } = bench;
    expect([reflector.isSynced, store.size, store.resourceVersion]).toEqual([true, 2, String(server.cluster.version)]);
    expect(bench.get('a')).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    bench.put('c');
    await bench.has('c');
    bench.drop('a');
    await bench.hasNot('a');
    expect(bench.deltas).toEqual(['added a initial', 'added b initial', 'added c', 'deleted a']);
    expect(server.requests.map((r) => r.query)).toEqual([{ ...INITIAL, timeoutSeconds: '300' }]);
    expect(reflector.lastActivity).toBe(clock.now());
  });

  it('is not synced before the end of the initial events, and then all at once', async () => {
    bench.put('a');
    bench.server.fault = () => 'silence';
    bench.start();
    await bench.asked(1);
    await settle();
    expect([bench.reflector.isSynced, bench.store.size, bench.reflector.lastActivity]).toEqual([false, 0, 0]);
    bench.server.fault = () => undefined;
    await bench.clock.advance(30_000);
    expect(await bench.endPause()).toBe(800);
    await bench.reflector.synced;
    expect(bench.store.size).toBe(1);
  });

  it('passes its selection on', async () => {
    await bench.synced({ namespace: 'n', labelSelector: 'a=b', fieldSelector: 'metadata.name=x', metadataOnly: true });
    const [request] = bench.server.requests;
    expect(request?.path).toBe('/api/v1/namespaces/n/configmaps');
    expect(request?.query).toMatchObject({ labelSelector: 'a=b', fieldSelector: 'metadata.name=x' });
    expect(request?.accept).toBe('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
    bench.put('x', { a: 'b' });
    bench.put('y', { a: 'b' });
    bench.put('x2');
    await bench.has('x');
    expect(bench.get('x')?.kind).toBe('ConfigMap');
    bench.put('x', { a: 'c' });
    await bench.hasNot('x');
    expect(bench.store.size).toBe(0);
  });

  it('goes on from the last version when the server ends the watch', async () => {
    await bench.synced();
    const { server, store } = bench;
    server.cluster.tick(50);
    bench.watch.bookmark();
    await until(() => store.resourceVersion === String(server.cluster.version));
    bench.watch.stop();
    await bench.asked(2);
    await bench.watching();
    expect(bench.versions).toEqual([undefined, String(server.cluster.version)]);
    expect(bench.watchLists).toBe(1);
  });

  it('pauses, ever longer, between watches that end at once', async () => {
    await bench.synced();
    // This one had lived for a second already.
    bench.watch.stop();
    const gaps: number[] = [];
    for (const requests of [2, 3]) {
      await bench.asked(requests);
      await bench.watching();
      bench.watch.stop();
      gaps.push(await bench.endPause());
    }
    expect(gaps).toEqual([800, 1600]);
  });

  it('reconnects after 70 s of silence, without listing, and hears what it missed', async () => {
    await bench.synced();
    bench.watch.freeze();
    bench.put('missed');
    await bench.clock.advance(69_000 - 1);
    expect(bench.server.requests).toHaveLength(1);
    await bench.clock.advance(1_001);
    await bench.has('missed');
    expect(bench.versions).toEqual([undefined, '100']);
  });

  it('tries again after 429, not before Retry-After, and without listing', async () => {
    await bench.synced();
    bench.server.fault = () => ({ ...status(429, 'TooManyRequests'), headers: { 'retry-after': '7' } });
    bench.watch.stop();
    await until(() => bench.clock.pending().includes(7_000));
    bench.server.fault = () => undefined;
    await bench.clock.advance(6_999);
    expect(bench.server.requests).toHaveLength(2);
    await bench.clock.advance(1);
    await bench.asked(3);
    expect(bench.versions).toEqual([undefined, '100', '100']);
  });

  it('gets through a long outage with few requests, then goes on where it was', async () => {
    bench.put('a');
    await bench.synced();
    bench.server.fault = () => 'cut';
    bench.server.cutAll();
    const end = bench.clock.now() + 600_000;
    await bench.pass(1_000, () => bench.clock.now() >= end);
    expect(bench.server.requests.length).toBeGreaterThan(10);
    expect(bench.server.requests.length).toBeLessThan(30);
    bench.put('b');
    bench.server.fault = () => undefined;
    await bench.pass(1_000, () => bench.store.size === 2);
    expect(bench.watchLists).toBe(1);
    expect(bench.logged).toEqual(['warn watch failed, trying again', 'info watching again']);
  });

  it('hears nothing twice and misses nothing when a line is cut in half', async () => {
    await bench.synced();
    bench.server.fault = (r) => (r.query['resourceVersion'] === '100' ? 'half an answer' : undefined);
    bench.watch.stop();
    await bench.asked(2);
    await bench.watching();
    bench.put('a');
    await until(() => bench.server.watches.size === 0);
    bench.server.fault = () => undefined;
    await bench.endPause();
    await bench.has('a');
    expect(bench.deltas).toEqual(['added a']);
  });

  it('stops when told to, whatever it was doing, with nothing left behind', async () => {
    await bench.synced();
    const { reflector, clock, server } = bench;
    bench.stop.abort();
    await bench.running;
    await until(() => server.watches.size === 0);
    expect(clock.pending()).toEqual([]);
    server.fault = () => 'cut';
    const again = new AbortController();
    const running = reflector.run(again.signal);
    await expect(reflector.run(again.signal)).rejects.toThrow('already');
    await until(() => clock.pending().includes(800));
    again.abort();
    await running;
    expect(clock.pending()).toEqual([]);
    await reflector.run(again.signal);
  });
});
