import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import { K8S } from '../base/resources.ts';
import { KubeHttp } from './http.ts';
import type { Log } from './log.ts';
import type { ReflectorOptions } from './reflector.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';
import { FakeClock, settle, until } from './testing/clock.ts';
import { status } from './testing/cluster.ts';
import { FakeServer, verbOf } from './testing/server.ts';
import type { FakeWatch } from './testing/watch.ts';

let server: FakeServer;
let clock: FakeClock;
let http: KubeHttp;
let store: Store;
let deltas: string[];
let logged: string[];
let stop: AbortController;
let running: Promise<void> | undefined;
let reflector: Reflector;

const log: Log = {
  debug: () => undefined,
  info: (_, message) => logged.push(`info ${message ?? ''}`),
  warn: (_, message) => logged.push(`warn ${message ?? ''}`),
  error: (_, message) => logged.push(`error ${message ?? ''}`),
};

const put = (name: string, labels?: Record<string, string>): KubeObject =>
  server.cluster.put('v1/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'n', name, ...(labels && { labels }) } });
const drop = (name: string): void => void server.cluster.delete('v1/configmaps', 'n', name);

beforeEach(async () => {
  server = await FakeServer.start();
  clock = new FakeClock();
  http = new KubeHttp(server.connection, { userAgent: 'test', clock });
  store = new Store();
  deltas = [];
  logged = [];
  stop = new AbortController();
  store.subscribe((d) => deltas.push(`${d.type} ${d.object.metadata.name}${d.initial ? ' initial' : ''}`));
});

afterEach(async () => {
  stop.abort();
  await running;
  await http.close();
  await server.stop();
});

function start(options: Partial<ReflectorOptions<KubeObject>> = {}): void {
  reflector = new Reflector({ http, type: K8S.ConfigMap, store, clock, log, jitter: () => 0, ...options });
  running = reflector.run(stop.signal);
}

/** Started, with this in the store, and an open watch to the server. */
async function synced(options: Partial<ReflectorOptions<KubeObject>> = {}): Promise<void> {
  start(options);
  await reflector.synced;
  await watching();
  // Long enough to be no short watch.
  await clock.advance(1_000);
}

const watching = (): Promise<void> => until(() => server.watches.size === 1);

/** Waits until the reflector pauses, ends the pause, and says how long it was. */
async function endPause(): Promise<number> {
  // Longer ones are deadlines of what is under way.
  await until(() => server.watches.size === 0 && (clock.pending()[0] ?? Infinity) < 25_000);
  const [ms = 0] = clock.pending();
  await clock.advance(ms);
  return ms;
}

const verbs = (): string[] => server.requests.map(verbOf);
const versions = (): (string | undefined)[] => server.requests.map((r) => r.query['resourceVersion']);
const has = (name: string): Promise<void> => until(() => store.get({ namespace: 'n', name }) !== undefined);
const hasNot = (name: string): Promise<void> => until(() => store.get({ namespace: 'n', name }) === undefined);

function theWatch(): FakeWatch {
  const [watch] = server.watches;
  if (watch === undefined) throw new Error('no watch is open');
  return watch;
}

describe('Reflector with WatchList', () => {
  it('lists and watches with one request', async () => {
    put('a');
    put('b');
    await synced();
    expect([reflector.isSynced, store.size, store.resourceVersion]).toEqual([true, 2, String(server.cluster.version)]);
    expect(store.get({ namespace: 'n', name: 'a' })).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    put('c');
    await has('c');
    drop('a');
    await hasNot('a');
    expect(deltas).toEqual(['added a initial', 'added b initial', 'added c', 'deleted a']);
    expect(server.requests.map((r) => r.query)).toEqual([
      { watch: 'true', allowWatchBookmarks: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', timeoutSeconds: '300' },
    ]);
    expect(reflector.lastActivity).toBe(clock.now() - 1_000 + 1_000);
  });

  it('is not synced before the end of the initial events, and then all at once', async () => {
    put('a');
    server.fault = () => 'silence';
    start();
    await until(() => server.requests.length === 1);
    await settle();
    expect([reflector.isSynced, store.size, reflector.lastActivity]).toEqual([false, 0, 0]);
    server.fault = () => undefined;
    await clock.advance(30_000);
    await until(() => clock.pending().includes(800));
    await clock.advance(800);
    await reflector.synced;
    expect(store.size).toBe(1);
  });

  it('passes its selection on', async () => {
    await synced({ namespace: 'n', labelSelector: 'a=b', fieldSelector: 'metadata.name=x', metadataOnly: true });
    const [request] = server.requests;
    expect(request?.path).toBe('/api/v1/namespaces/n/configmaps');
    expect(request?.query).toMatchObject({ labelSelector: 'a=b', fieldSelector: 'metadata.name=x' });
    expect(request?.accept).toBe('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
    put('x', { a: 'b' });
    put('y', { a: 'b' });
    put('x2');
    await has('x');
    expect(store.get({ namespace: 'n', name: 'x' })?.kind).toBe('ConfigMap');
    put('x', { a: 'c' });
    await hasNot('x');
    expect(store.size).toBe(0);
  });

  it('goes on from the last version when the server ends the watch', async () => {
    await synced();
    server.cluster.tick(50);
    theWatch().bookmark();
    await until(() => store.resourceVersion === String(server.cluster.version));
    theWatch().stop();
    await until(() => server.requests.length === 2);
    await watching();
    expect(versions()).toEqual([undefined, String(server.cluster.version)]);
    expect(server.requests[1]?.query['sendInitialEvents']).toBeUndefined();
  });

  it('waits, ever longer, between watches that end at once', async () => {
    await synced();
    server.fault = () => undefined;
    // This one had lived for a second already.
    theWatch().stop();
    const gaps: number[] = [];
    for (const requests of [2, 3]) {
      await until(() => server.requests.length === requests);
      await watching();
      theWatch().stop();
      gaps.push(await endPause());
    }
    expect(gaps).toEqual([800, 1600]);
  });

  it('reconnects after 70 s of silence, without listing, and hears what it missed', async () => {
    await synced();
    theWatch().freeze();
    put('missed');
    await clock.advance(69_000 - 1);
    expect(server.requests).toHaveLength(1);
    await clock.advance(1_001);
    await has('missed');
    expect(verbs()).toEqual(['WATCH', 'WATCH']);
    expect(versions()[1]).toBe('100');
  });

  it.each(['as an answer', 'inside the watch'])('lists again when its version has expired: %s', async (how) => {
    put('a');
    put('b');
    await synced();
    if (how === 'as an answer') {
      server.cutAll();
      drop('a');
      put('c');
      server.cluster.compacted = server.cluster.version;
    } else {
      theWatch().freeze();
      drop('a');
      put('c');
      server.watches.forEach((w) => w.stop());
      server.fault = (r) => (r.query['resourceVersion'] === undefined ? undefined : watchThatFails());
    }
    while (store.get({ namespace: 'n', name: 'c' }) === undefined) {
      await settle();
      await clock.advance(100);
    }
    expect(deltas.slice(2)).toEqual(['deleted a', 'added c']);
    expect(verbs().filter((v) => v === 'LIST')).toEqual([]);
    expect(server.requests.at(-1)?.query['sendInitialEvents']).toBe('true');
  });

  const watchThatFails = (): { status: number; body: string } => ({
    status: 200,
    body: `${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired').body })}\n`,
  });

  it('tries again after 429 not before Retry-After, and without listing', async () => {
    await synced();
    server.fault = () => ({ ...status(429, 'TooManyRequests'), headers: { 'retry-after': '7' } });
    theWatch().stop();
    await until(() => clock.pending().includes(7_000));
    server.fault = () => undefined;
    await clock.advance(6_999);
    expect(server.requests).toHaveLength(2);
    await clock.advance(1);
    await until(() => server.requests.length === 3);
    expect(versions()).toEqual([undefined, '100', '100']);
  });

  it('gets through a long outage with few requests, then goes on where it was', async () => {
    put('a');
    await synced();
    server.fault = () => 'cut';
    server.cutAll();
    const before = server.requests.length;
    for (let i = 0; i < 600; i++) {
      await settle();
      await clock.advance(1_000);
    }
    const tries = server.requests.length - before;
    expect(tries).toBeGreaterThan(10);
    expect(tries).toBeLessThan(30);
    put('b');
    server.fault = () => undefined;
    while (store.size < 2) {
      await settle();
      await clock.advance(1_000);
    }
    expect(server.requests.filter((r) => r.query['sendInitialEvents'] !== undefined)).toHaveLength(1);
    expect(logged).toEqual(['warn watch failed, trying again', 'info watching again']);
  });

  it('waits for a kind that is not there yet, or not allowed, and says so once', async () => {
    let answer = status(404, 'NotFound');
    server.fault = () => answer;
    start();
    expect([await endPause(), await endPause(), await endPause()]).toEqual([800, 1600, 3200]);
    expect(logged).toEqual(['warn watch failed, trying again']);
    answer = status(403, 'Forbidden');
    await endPause();
    await until(() => logged.length === 2);
    server.fault = () => undefined;
    while (!reflector.isSynced) {
      await settle();
      await clock.advance(1_000);
    }
    expect(logged.at(-1)).toBe('info watching again');
  });

  it('lists again once a kind that was gone has come back', async () => {
    put('a');
    await synced();
    server.fault = () => status(404, 'NotFound');
    theWatch().freeze();
    drop('a');
    server.cutAll();
    await endPause();
    await until(() => server.requests.length === 2);
    server.fault = () => undefined;
    await endPause();
    await hasNot('a');
    expect(server.requests.at(-1)?.query['sendInitialEvents']).toBe('true');
  });

  it('hears nothing twice and misses nothing when a line is cut in half', async () => {
    await synced();
    server.fault = (r) => (r.query['resourceVersion'] === '100' ? 'half an answer' : undefined);
    theWatch().stop();
    await until(() => server.requests.length === 2);
    await watching();
    put('a');
    await until(() => clock.pending().includes(800));
    server.fault = () => undefined;
    await clock.advance(800);
    await has('a');
    expect(deltas).toEqual(['added a']);
  });

  it('takes a listing from the past for a lagging server first, and for a restored one in the end', async () => {
    put('a');
    put('b');
    await synced();
    theWatch().freeze();
    drop('b');
    server.cluster.rewind(50);
    server.cluster.compacted = 0;
    server.fault = (r) => (r.query['resourceVersion'] === undefined ? undefined : status(410, 'Expired'));
    server.cutAll();
    while (store.size > 1) await endPause();
    const lists = server.requests.filter((r) => r.query['resourceVersion'] === undefined);
    // The first one at the start; then one more WatchList and three listings to make sure.
    expect(lists.map(verbOf)).toEqual(['WATCH', 'WATCH', 'LIST', 'LIST', 'LIST']);
    expect([store.resourceVersion, deltas.at(-1)]).toEqual(['50', 'deleted b']);
    server.fault = () => undefined;
  });

  it('stops when told to, whatever it was doing, with nothing left behind', async () => {
    await synced();
    stop.abort();
    await running;
    await until(() => server.watches.size === 0);
    expect(clock.pending()).toEqual([]);
    server.fault = () => 'cut';
    const again = new AbortController();
    running = reflector.run(again.signal);
    await expect(reflector.run(again.signal)).rejects.toThrow('already');
    await until(() => clock.pending().length === 1);
    again.abort();
    await running;
    expect(clock.pending()).toEqual([]);
    await reflector.run(again.signal);
  });
});

describe('Reflector without WatchList', () => {
  beforeEach(() => {
    server.watchList = false;
  });

  it('lists by pages and watches from there; it asks for a WatchList only once', async () => {
    for (let i = 0; i < 700; i++) put(`m${i}`);
    await synced();
    expect(store.size).toBe(700);
    expect(verbs()).toEqual(['WATCH', 'LIST', 'LIST', 'WATCH']);
    server.cluster.compacted = server.cluster.version + 1;
    server.cluster.tick(2);
    server.cutAll();
    await until(() => clock.pending().includes(800));
    await clock.advance(800);
    await until(() => clock.pending().includes(1600));
    server.cluster.compacted = 0;
    await clock.advance(1600);
    await watching();
    expect(verbs().slice(4)).toEqual(['WATCH', 'LIST', 'LIST', 'WATCH']);
    expect(server.requests.slice(1).every((r) => r.query['sendInitialEvents'] === undefined)).toBe(true);
    expect(logged).toContain('info no WatchList here, listing by pages');
  });

  it('keeps what it has when a listing breaks off half way', async () => {
    for (let i = 0; i < 700; i++) put(`m${i}`);
    server.fault = (r) => (r.query['continue'] === undefined ? undefined : 'half an answer');
    start();
    await until(() => server.requests.length === 3 && clock.pending().includes(800));
    expect([store.size, reflector.isSynced]).toEqual([0, false]);
    server.fault = () => undefined;
    await clock.advance(800);
    await reflector.synced;
    expect(store.size).toBe(700);
  });

  it('asks for metadata in both forms', async () => {
    await synced({ metadataOnly: true });
    const as = server.requests.map((r) => /as=(\w+)/.exec(r.accept)?.[1]);
    expect(as).toEqual(['PartialObjectMetadata', 'PartialObjectMetadataList', 'PartialObjectMetadata']);
  });

  it('sees through a server that ignores what it does not know', async () => {
    put('a');
    server.watchList = true;
    // An old server: initial events from nowhere, and bookmarks without the annotation.
    const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;
    const old = line('ADDED', { metadata: { name: 'a', namespace: 'n', resourceVersion: '1' } }) + line('BOOKMARK', { metadata: { resourceVersion: '5' } });
    server.fault = (r) => (r.query['sendInitialEvents'] === undefined ? undefined : { status: 200, body: old });
    await synced();
    expect(verbs()).toEqual(['WATCH', 'LIST', 'WATCH']);
    expect(deltas).toEqual(['added a initial']);
  });

  it('asks for pages, once, when a WatchList ends half way', async () => {
    put('a');
    server.watchList = true;
    server.fault = (r) => (r.query['sendInitialEvents'] === undefined ? undefined : { status: 200, body: '' });
    start();
    await until(() => clock.pending().includes(800));
    await clock.advance(800);
    await reflector.synced;
    await watching();
    expect(verbs()).toEqual(['WATCH', 'LIST', 'WATCH']);
  });
});
