import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connection, TlsOptions } from './connection.ts';
import { ApiError, isAborted, isTimeout } from './errors.ts';
import type { KubeRequest, Observation } from './http.ts';
import { KubeHttp } from './http.ts';
import { FakeClock, repeat, settle, until } from './testing/clock.ts';
import { status } from './testing/cluster.ts';
import type { Fault } from './testing/server.ts';
import { FakeServer } from './testing/server.ts';

const PATH = '/api/v1/namespaces/n/configmaps';
const get: KubeRequest = { method: 'GET', path: `${PATH}/x` };
const post: KubeRequest = { method: 'POST', path: PATH, body: { metadata: { name: 'y' } } };
const put: KubeRequest = { method: 'PUT', path: `${PATH}/x`, body: { metadata: { name: 'x' } } };
const remove = (preconditions?: object): KubeRequest => ({ method: 'DELETE', path: `${PATH}/x`, body: { preconditions } });
const apply: KubeRequest = {
  method: 'PATCH',
  path: `${PATH}/x`,
  query: { fieldManager: 'm' },
  body: { kind: 'ConfigMap', data: { a: 'b' } },
  contentType: 'application/apply-patch+yaml',
};

let server: FakeServer;
let http: KubeHttp;
let clock: FakeClock;
let seen: Observation[];

function client(options: { connection?: Connection; maxInFlight?: number } = {}): KubeHttp {
  const { connection = server.connection, ...more } = options;
  return new KubeHttp(connection, { userAgent: 'test/1', clock, jitter: () => 0.5, observe: (o) => seen.push(o), ...more });
}

/** The first requests meet these, one each; the rest pass. */
function faults(...list: Fault[]): void {
  server.fault = () => list.shift();
}

/** Ends every pause as soon as it begins, until `work` is done; answers with its value or error. */
async function settled<T>(work: Promise<T>): Promise<T | ApiError> {
  let done = false;
  const outcome = work.then(
    (value) => value,
    (error: unknown) => error as ApiError,
  );
  void outcome.then(() => (done = true));
  const turn = async (): Promise<void> => {
    await settle();
    // The longer of two timers is the deadline; alone, it stands for a request under way.
    const [pause, deadline] = clock.pending();
    if (pause !== undefined && deadline !== undefined) await clock.advance(pause);
  };
  await repeat(turn, () => done);
  return outcome;
}

beforeEach(async () => {
  server = await FakeServer.start();
  clock = new FakeClock();
  seen = [];
  http = client();
  server.cluster.put('v1/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'n', name: 'x' } });
});

afterEach(async () => {
  await http.close();
  await server.stop();
});

describe('KubeHttp.request', () => {
  it('sends JSON, query and headers, and gives back the parsed body', async () => {
    const connection = { ...server.connection, headers: () => Promise.resolve({ authorization: 'Bearer t' }) };
    http = client({ connection });
    const answer = await http.request<{ data: object }>({ ...apply, query: { fieldManager: 'a&b', force: true, limit: undefined } });
    expect(answer.data).toEqual({ a: 'b' });
    const [request] = server.requests;
    expect(request?.query).toEqual({ fieldManager: 'a&b', force: 'true' });
    expect(request?.contentType).toBe('application/apply-patch+yaml');
    expect(request?.headers).toMatchObject({ authorization: 'Bearer t', 'user-agent': 'test/1', accept: 'application/json' });
    expect(seen).toEqual([{ method: 'PATCH', code: 200, seconds: 0, path: apply.path, watch: false }]);
  });

  it('goes below the path of the server', async () => {
    http = client({ connection: { ...server.connection, server: `${server.url}/k8s/clusters/c-1/` } });
    await http.request(get).catch(() => undefined);
    expect(server.requests[0]?.path).toBe(`/k8s/clusters/c-1${get.path}`);
  });

  it('makes a Status an ApiError, and a page an ApiError too', async () => {
    await expect(http.request({ ...get, path: `${PATH}/none` })).rejects.toMatchObject({ status: 404, reason: 'NotFound' });
    faults({ status: 200, body: '<html>' });
    await expect(http.request(get)).rejects.toMatchObject({ name: 'ApiError', status: 200, reason: 'InvalidResponse' });
  });

  it('keeps its connections: 300 requests need no more of them than the first few', async () => {
    // A second one may be opened when an answer ends a moment before its connection counts as free.
    for (let i = 0; i < 150; i++) await http.request(get);
    expect(server.connections).toBeLessThanOrEqual(2);
    await http.close();
    await until(() => server.openSockets === 0);
    server.connections = 0;
    http = client({ maxInFlight: 8 });
    for (let i = 0; i < 30; i++) await Promise.all(Array.from({ length: 10 }, () => http.request(get)));
    expect(server.connections).toBeLessThanOrEqual(10);
    expect(server.openSockets).toBe(server.connections);
    expect(clock.pending()).toEqual([]);
  });

  it('has at most maxInFlight requests under way, except urgent ones', async () => {
    http = client({ maxInFlight: 2 });
    server.fault = () => 'silence';
    const controller = new AbortController();
    const ends = Array.from({ length: 4 }, () => settledError(http.request({ ...get, signal: controller.signal })));
    await until(() => server.requests.length === 2);
    server.fault = () => undefined;
    await http.request({ ...get, urgent: true });
    expect(server.requests).toHaveLength(3);
    controller.abort();
    for (const error of await Promise.all(ends)) expect(isAborted(error)).toBe(true);
    expect(server.requests).toHaveLength(3);
    await http.request(get);
  });

  it('gives up at the deadline, and does not try again then', async () => {
    server.fault = () => 'silence';
    const outcome = settledError(http.request(get));
    await until(() => server.requests.length === 1);
    await clock.advance(29_999);
    expect(server.openSockets).toBe(1);
    await clock.advance(1);
    expect(isTimeout(await outcome)).toBe(true);
    await until(() => server.openSockets === 0);
    expect(server.requests).toHaveLength(1);
    expect(seen).toEqual([{ method: 'GET', code: 0, seconds: 30, path: get.path, watch: false }]);
  });

  it('ends at once when the caller gives up, in a request, in a pause and before', async () => {
    const controller = new AbortController();
    server.fault = () => 'silence';
    const asking = settledError(http.request({ ...get, signal: controller.signal }));
    await until(() => server.requests.length === 1);
    server.fault = () => status(429, 'TooManyRequests', 'x', { details: { retryAfterSeconds: 5 } });
    const pausing = settledError(http.request({ ...get, signal: controller.signal }));
    await until(() => clock.pending().includes(5_200));
    controller.abort();
    for (const error of [await asking, await pausing, await settledError(http.request({ ...get, signal: controller.signal }))]) {
      expect(isAborted(error)).toBe(true);
    }
    expect(clock.pending()).toEqual([]);
  });

  it('ends everything on close', async () => {
    server.fault = () => 'silence';
    const asking = settledError(http.request(get));
    await until(() => server.requests.length === 1);
    await http.close();
    expect(isAborted(await asking)).toBe(true);
    expect(isAborted(await settledError(http.request(get)))).toBe(true);
    await until(() => server.openSockets === 0);
  });
});

describe('KubeHttp retries', () => {
  const busy = { ...status(429, 'TooManyRequests'), headers: { 'retry-after': '2' } };

  it.each([['GET', get], ['POST', post], ['PUT', put], ['PATCH', apply], ['DELETE', remove()]])('%s after 429, not before Retry-After', async (_, request) => {
    faults(busy, busy);
    const outcome = http.request(request);
    await until(() => clock.pending().includes(2_200));
    await clock.advance(2_199);
    expect(server.requests).toHaveLength(1);
    await settled(outcome);
    expect(server.requests).toHaveLength(3);
    expect(seen.map((o) => o.code).slice(0, 2)).toEqual([429, 429]);
  });

  it.each([
    ['GET', get],
    ['an apply', apply],
    ['a DELETE of one UID', remove({ uid: 'u' })],
    ['a DELETE of one version', remove({ resourceVersion: '7' })],
    ['a dry run', { ...post, query: { dryRun: 'All' } }],
  ])('%s after 503 and a lost connection', async (_, request) => {
    faults(status(503, 'ServiceUnavailable'), 'cut', 'half an answer');
    await settled(http.request(request));
    expect(server.requests.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['POST', post],
    ['PUT', put],
    ['a DELETE of whatever has the name', remove()],
    ['a merge patch', { ...apply, contentType: 'application/merge-patch+json' }],
  ])('never %s that may have been done', async (_, request) => {
    for (const fault of ['cut after commit', 'cut', status(503, 'ServiceUnavailable')] satisfies Fault[]) {
      const before = server.requests.length;
      faults(fault);
      expect(await settled(http.request(request))).toBeInstanceOf(ApiError);
      expect(server.requests).toHaveLength(before + 1);
    }
  });

  it('of what no time will heal never happen', async () => {
    for (const fault of [status(403, 'Forbidden'), status(409, 'Conflict'), status(422, 'Invalid'), status(500, 'InternalError')]) {
      const before = server.requests.length;
      faults(fault);
      expect(await settled(http.request(apply))).toBeInstanceOf(ApiError);
      expect(server.requests).toHaveLength(before + 1);
    }
  });

  it('happen after a 500 that names a time', async () => {
    faults(status(500, 'ServerTimeout', 'try again', { details: { retryAfterSeconds: 1 } }));
    expect(await settled(http.request(get))).toMatchObject({ kind: 'ConfigMap' });
  });

  it('end after five tries, after one when told so, or when no time is left', async () => {
    server.fault = () => status(503, 'ServiceUnavailable');
    expect(await settled(http.request(get))).toMatchObject({ status: 503 });
    expect(server.requests).toHaveLength(5);
    expect(await settled(http.request({ ...get, retry: false }))).toMatchObject({ status: 503 });
    expect(server.requests).toHaveLength(6);
    server.fault = () => busy;
    expect(await settled(http.request({ ...get, timeoutMs: 2_100 }))).toMatchObject({ status: 429, retryAfterSeconds: 2 });
    expect(server.requests).toHaveLength(7);
  });

  it('do not hold a place while they wait', async () => {
    http = client({ maxInFlight: 1 });
    faults(busy);
    const waiting = http.request(get);
    await until(() => clock.pending().includes(2_200));
    await http.request(get);
    await settled(waiting);
    expect(server.requests).toHaveLength(3);
  });
});

describe('KubeHttp and its connection', () => {
  it('asks for new credentials after a 401, once', async () => {
    let token = 1;
    const connection: Connection = {
      ...server.connection,
      headers: () => Promise.resolve({ authorization: `Bearer ${token}` }),
      rejected: () => token++,
    };
    http = client({ connection });
    server.fault = (r) => (r.headers['authorization'] === 'Bearer 2' ? undefined : status(401, 'Unauthorized'));
    await http.request(post);
    expect(server.requests.map((r) => r.headers['authorization'])).toEqual(['Bearer 1', 'Bearer 2']);
    token = 5;
    await expect(http.request(get)).rejects.toMatchObject({ status: 401 });
    expect(server.requests).toHaveLength(4);
  });

  it('opens new connections when the certificates have changed, and lets the old ones finish', async () => {
    let tls: TlsOptions = {};
    http = client({ connection: { ...server.connection, tls: () => Promise.resolve(tls) } });
    const watching = new AbortController();
    const lines: string[] = [];
    const watch = settledError(http.stream({ method: 'GET', path: PATH, query: { watch: true }, signal: watching.signal }, (l) => lines.push(l), { inactivityMs: 1e9 }));
    await http.request(get);
    await until(() => server.watches.size === 1);
    expect(server.connections).toBe(2);
    tls = {};
    await http.request(get);
    expect(server.connections).toBe(3);
    server.cluster.put('v1/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'n', name: 'z' } });
    await until(() => lines.length === 2);
    watching.abort();
    expect(isAborted(await watch)).toBe(true);
    await until(() => server.openSockets === 1);
  });

  it('does not hang on credentials that never come, and reports those that fail', async () => {
    http = client({ connection: { ...server.connection, headers: () => new Promise(() => undefined) } });
    const outcome = settledError(http.request(get));
    await until(() => clock.pending().length === 1);
    await clock.advance(30_000);
    expect(isTimeout(await outcome)).toBe(true);
    http = client({ connection: { ...server.connection, headers: () => Promise.reject(new Error('no plugin')) } });
    const failed = await settled(http.request(post));
    expect(failed).toMatchObject({ status: 0, reason: 'Network', message: expect.stringContaining('no plugin') });
  });

  it('says which errors come from nobody listening', async () => {
    const { connection } = server;
    await server.stop();
    http = client({ connection });
    const error = await settled(http.request({ ...get, retry: false }));
    expect(error).toMatchObject({ status: 0, reason: 'Network', message: expect.stringContaining('ECONNREFUSED') });
  });
});

const settledError = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);
