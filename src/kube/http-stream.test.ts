import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isAborted, isTimeout } from './errors.ts';
import type { KubeRequest, Observation } from './http.ts';
import { KubeHttp } from './http.ts';
import { FakeClock, until } from './testing/clock.ts';
import { status } from './testing/cluster.ts';
import { FakeServer } from './testing/server.ts';

const PATH = '/api/v1/namespaces/n/configmaps';

let server: FakeServer;
let http: KubeHttp;
let clock: FakeClock;
let seen: Observation[];

beforeEach(async () => {
  server = await FakeServer.start();
  clock = new FakeClock();
  seen = [];
  http = new KubeHttp(server.connection, { userAgent: 'test/1', clock, observe: (o) => seen.push(o) });
});

afterEach(async () => {
  await http.close();
  await server.stop();
});

const settledError = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);

describe('KubeHttp.stream', () => {
  const watch: KubeRequest = { method: 'GET', path: PATH, query: { watch: true, resourceVersion: 100 } };
  const configMap = (name: string): void => {
    server.cluster.put('v1/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'n', name } });
  };

  it('passes lines on until the server ends', async () => {
    const lines: string[] = [];
    const done = http.stream(watch, (line) => lines.push(line), { inactivityMs: 70_000 });
    await until(() => server.watches.size === 1);
    configMap('a');
    configMap('b');
    await until(() => lines.length === 2);
    for (const w of server.watches) w.stop();
    await done;
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['ADDED', 'ADDED']);
    expect(seen).toEqual([{ method: 'GET', code: 200, seconds: 0, path: PATH, watch: true }]);
    expect(clock.pending()).toEqual([]);
  });

  it('may be silent for as long as allowed after each line, and has no deadline otherwise', async () => {
    const lines: string[] = [];
    let opened = false;
    const done = settledError(http.stream(watch, (line) => lines.push(line), { inactivityMs: 70_000, onOpen: () => (opened = true) }));
    await until(() => opened);
    for (let i = 1; i <= 3; i++) {
      await clock.advance(69_000);
      configMap(`m${i}`);
      await until(() => lines.length === i);
    }
    await clock.advance(69_999);
    expect(server.watches.size).toBe(1);
    await clock.advance(1);
    expect(isTimeout(await done)).toBe(true);
    await until(() => server.watches.size === 0);
  });

  it('has a deadline for its headers', async () => {
    server.fault = () => 'silence';
    const done = settledError(http.stream(watch, () => undefined, { inactivityMs: 70_000 }));
    await until(() => server.requests.length === 1);
    await clock.advance(30_000);
    expect(isTimeout(await done)).toBe(true);
  });

  it('rejects when refused, cut, or when a line is refused, and closes the connection', async () => {
    const open = (onLine: () => void): Promise<unknown> => settledError(http.stream(watch, onLine, { inactivityMs: 70_000 }));
    server.fault = () => status(410, 'Expired');
    expect(await open(() => undefined)).toMatchObject({ status: 410 });
    server.fault = () => undefined;
    const cut = open(() => undefined);
    await until(() => server.watches.size === 1);
    server.cutAll();
    expect(await cut).toMatchObject({ status: 0, reason: 'Network' });
    const bug = new TypeError('mine');
    const refused = open(() => {
      throw bug;
    });
    await until(() => server.watches.size === 1);
    configMap('a');
    expect(await refused).toBe(bug);
    await until(() => server.watches.size === 0);
  });

  it('does not take the places of requests', async () => {
    http = new KubeHttp(server.connection, { userAgent: 'test/1', clock, maxInFlight: 1 });
    const controller = new AbortController();
    const streams = Array.from({ length: 5 }, () => settledError(http.stream({ ...watch, signal: controller.signal }, () => undefined, { inactivityMs: 1e9 })));
    await until(() => server.watches.size === 5);
    await settledError(http.request({ method: 'GET', path: `${PATH}/x` }));
    controller.abort();
    for (const error of await Promise.all(streams)) expect(isAborted(error)).toBe(true);
  });
});
