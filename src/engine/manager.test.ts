import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import { silentLog } from '../kube/log.ts';
import { FakeServer } from '../kube/testing/server.ts';
import { type ManagerEnd, type ManagerOptions, runManager } from './manager.ts';
import { NO_DATA_PLANE } from './products.ts';
import { ToyController, toy } from './testing/toy.ts';

const TOYS = 'lgtm-operator.io/v1alpha1/toys';
const LEASE = { namespace: 'system', name: 'operator' };

const running: { stop: AbortController; end: Promise<ManagerEnd> }[] = [];
const servers: FakeServer[] = [];

afterEach(async () => {
  for (const { stop } of running) stop.abort();
  await Promise.allSettled(running.map(({ end }) => end));
  await Promise.all(servers.map((server) => server.stop()));
  running.length = 0;
  servers.length = 0;
});

async function serve(): Promise<FakeServer> {
  const server = await FakeServer.start();
  servers.push(server);
  return server;
}

interface Started {
  stop: AbortController;
  end: Promise<ManagerEnd>;
  working: Promise<void>;
  ports: Promise<readonly number[]>;
}

function start(server: FakeServer, identity: string, options: Partial<ManagerOptions> = {}): Started {
  const stop = new AbortController();
  const working = Promise.withResolvers<void>();
  const ports = Promise.withResolvers<readonly number[]>();
  const end = runManager({
    connection: server.connection,
    userAgent: `test/${identity}`,
    controllers: [new ToyController()],
    scope: {},
    identity,
    leaderElection: LEASE,
    addresses: ['127.0.0.1:0'],
    log: silentLog,
    signal: stop.signal,
    onWorking: working.resolve,
    onListening: ports.resolve,
    ...options,
  });
  running.push({ stop, end });
  return { stop, end, working: working.promise, ports: ports.promise };
}

/** Resolves as soon as the cluster is such that `predicate` holds. */
function when(server: FakeServer, predicate: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (predicate()) return resolve();
    const stop = server.cluster.subscribe(() => {
      if (!predicate()) return;
      stop();
      resolve();
    });
  });
}

/** For what nothing tells of: the server's side of a connection that was closed. */
async function until(predicate: () => boolean): Promise<void> {
  while (!predicate()) await new Promise((resolve) => setImmediate(resolve));
}

function statusOf(server: FakeServer, name: string): unknown {
  const found: (KubeObject & { status?: unknown }) | undefined = server.cluster.get(TOYS, 'ns', name);
  return found?.status;
}

const writesOf = (server: FakeServer, identity: string): string[] =>
  server.requests
    .filter(({ method, headers }) => method !== 'GET' && headers['user-agent'] === `test/${identity}`)
    .map(({ method, path }) => `${method} ${path.split('/').slice(-2).join('/')}`);

const holder = (server: FakeServer): string | undefined =>
  (server.cluster.get('coordination.k8s.io/v1/leases', 'system', 'operator') as { spec?: { holderIdentity?: string } } | undefined)?.spec
    ?.holderIdentity;

describe('runManager', () => {
  it('works on what is there and on what comes, and stops when told', async () => {
    const server = await serve();
    server.cluster.put(TOYS, toy('a'));
    const manager = start(server, 'one', { leaderElection: undefined });
    await when(server, () => statusOf(server, 'a') !== undefined);
    server.cluster.put(TOYS, toy('b'));
    await when(server, () => statusOf(server, 'b') !== undefined);
    expect(writesOf(server, 'one').filter((w) => !/status$|events$/.test(w)).sort()).toEqual([
      'PATCH configmaps/a-0', 'PATCH configmaps/b-0', 'PATCH services/a', 'PATCH services/b', 'PATCH statefulsets/a', 'PATCH statefulsets/b',
    ]);
    manager.stop.abort();
    expect(await manager.end).toBe('stopped');
    await until(() => server.watches.size === 0);
  });

  it('writes nothing while it stands by, and takes over as soon as the leader leaves', async () => {
    const server = await serve();
    const first = start(server, 'one');
    await first.working;
    const second = start(server, 'two');
    server.cluster.put(TOYS, toy('a'));
    await when(server, () => statusOf(server, 'a') !== undefined);
    expect(writesOf(server, 'two')).toEqual([]);
    first.stop.abort();
    expect(await first.end).toBe('stopped');
    await second.working;
    expect(holder(server)).toBe('two');
    server.cluster.put(TOYS, toy('b'));
    await when(server, () => statusOf(server, 'b') !== undefined);
    expect(writesOf(server, 'two').filter((w) => w.startsWith('PATCH') && w.includes('/a'))).toEqual([]);
  });

  it('has only the leader ask products, and ends that when it stops', async () => {
    const server = await serve();
    const calls: string[] = [];
    const plane = (identity: string): ManagerOptions['dataPlane'] => () => ({
      ...NO_DATA_PLANE,
      set: (key, wishes) => void calls.push(`${identity} ${key} ${wishes.length}`),
      close: () => (calls.push(`${identity} closed`), Promise.resolve()),
    });
    const first = start(server, 'one', { dataPlane: plane('one') });
    await first.working;
    const second = start(server, 'two', { dataPlane: plane('two') });
    server.cluster.put(TOYS, toy('a', { product: 'search' }));
    await when(server, () => statusOf(server, 'a') !== undefined);
    expect([...new Set(calls)]).toEqual(['one Toy/ns/a 1']);
    first.stop.abort();
    await first.end;
    expect(calls).toContain('one closed');
    await second.working;
    await until(() => calls.includes('two Toy/ns/a 1'));
  });

  it('ends when it loses the lease, without another write', async () => {
    const server = await serve();
    const manager = start(server, 'one');
    await manager.working;
    const lease = server.cluster.get('coordination.k8s.io/v1/leases', 'system', 'operator') as KubeObject & { spec: object };
    server.cluster.put('coordination.k8s.io/v1/leases', { ...lease, spec: { ...lease.spec, holderIdentity: 'usurper' } } as KubeObject);
    expect(await manager.end).toBe('leadership lost');
    const writes = writesOf(server, 'one').length;
    server.cluster.put(TOYS, toy('late'));
    expect(writesOf(server, 'one')).toHaveLength(writes);
    expect(holder(server)).toBe('usurper');
  });

  it('lets a write under way end before it gives the lease up', async () => {
    const server = await serve();
    const manager = start(server, 'one');
    await manager.working;
    let stoppedAt = -1;
    server.fault = ({ method, path }) => {
      if (method === 'PATCH' && path.endsWith('/configmaps/a-0') && stoppedAt === -1) {
        stoppedAt = server.requests.length;
        manager.stop.abort();
      }
      return undefined;
    };
    server.cluster.put(TOYS, toy('a'));
    expect(await manager.end).toBe('stopped');
    expect(statusOf(server, 'a')).toBeDefined();
    const lease = server.requests.findLastIndex(({ method, path }) => method === 'PUT' && path.endsWith('/leases/operator'));
    const status = server.requests.findLastIndex(({ path }) => path.endsWith('/toys/a/status'));
    expect(lease).toBeGreaterThan(status);
    expect(holder(server)).toBe('');
  });

  it('serves health and metrics', async () => {
    const server = await serve();
    server.cluster.put(TOYS, toy('a'));
    const manager = start(server, 'one');
    await when(server, () => statusOf(server, 'a') !== undefined);
    const [port = 0] = await manager.ports;
    const get = async (path: string): Promise<[number, string]> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return [response.status, await response.text()];
    };
    expect(await get('/healthz')).toEqual([200, '[+] event-loop ok\n[+] reconcile ok\n[+] lease ok\n']);
    expect(await get('/readyz')).toEqual([200, '[+] caches ok\n']);
    const [, metrics] = await get('/metrics');
    expect(metrics).toContain('leader_election_master_status{name="operator"} 1');
    expect(metrics).toMatch(/rest_client_requests_total\{code="201",method="PATCH",host="127\.0\.0\.1:\d+"\} 3/);
    expect(metrics).toContain('nodejs_eventloop_lag_seconds');
  });

  it('rejects when an address is taken, and leaves nothing running', async () => {
    const server = await serve();
    const first = start(server, 'one');
    const [port = 0] = await first.ports;
    await expect(start(server, 'two', { addresses: [`127.0.0.1:${port}`] }).end).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
