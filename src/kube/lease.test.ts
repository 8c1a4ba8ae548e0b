import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import type { LeaseOptions } from './lease.ts';
import { LeaseElector } from './lease.ts';
import type { Lease } from './lease-record.ts';
import { Objects } from './objects.ts';
import { FakeClock, settle } from './testing/clock.ts';
import type { FakeRequest } from './testing/cluster.ts';
import { FakeCluster, status } from './testing/cluster.ts';
import { MemoryTransport, network } from './testing/memory.ts';

const LEASES = 'coordination.k8s.io/v1/leases';

let clock: FakeClock;
let cluster: FakeCluster;
let all: Candidate[];

/** One process: its own connection to the API server, and what its elector told it. */
class Candidate {
  readonly transport = new MemoryTransport(cluster);
  readonly said: string[] = [];
  readonly stop = new AbortController();
  readonly elector: LeaseElector;
  readonly ended: Promise<void>;

  constructor(identity: string, options: Partial<LeaseOptions> = {}) {
    const objects = new Objects(this.transport);
    const parts = { objects, http: this.transport, clock, jitter: () => 0 };
    this.elector = new LeaseElector({ ...parts, namespace: 'ops', name: 'lgtm', identity, ...options });
    this.ended = this.elector.run(this.stop.signal, {
      onStarted: () => this.said.push('started'),
      onLost: () => this.said.push('lost'),
      onLeader: (who) => this.said.push(`leader ${who}`),
    });
    all.push(this);
  }

  writes(): FakeRequest[] {
    return this.transport.requests.filter((r) => r.method !== 'GET');
  }
}

beforeEach(() => {
  clock = new FakeClock();
  cluster = new FakeCluster();
  all = [];
});

afterEach(async () => {
  for (const candidate of all) {
    candidate.transport.fault = () => undefined;
    candidate.stop.abort();
    await candidate.ended;
    expect(candidate.transport.watches.size).toBe(0);
  }
  expect(clock.pending()).toEqual([]);
});

async function candidate(identity: string, options: Partial<LeaseOptions> = {}): Promise<Candidate> {
  const made = new Candidate(identity, options);
  await settle();
  return made;
}

const lease = (): Lease | undefined => cluster.get(LEASES, 'ops', 'lgtm');
const holder = (): string | null | undefined => lease()?.spec?.holderIdentity;
const write = (spec: object): KubeObject => {
  const metadata = { namespace: 'ops', name: 'lgtm' };
  const object: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
  return cluster.put(LEASES, object);
};

describe('LeaseElector', () => {
  it('makes the Lease and leads', async () => {
    const a = await candidate('a');
    expect([a.elector.isLeader, a.said]).toEqual([true, ['leader a', 'started']]);
    expect(lease()?.spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 30,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    });
  });

  it('renews every 10 s and writes nothing else', async () => {
    const a = await candidate('a');
    await clock.advance(60_000);
    expect(a.writes()).toHaveLength(7);
    expect(a.transport.requests).toHaveLength(9);
    expect(lease()?.spec).toMatchObject({ acquireTime: '2026-01-01T00:00:00.000000Z', renewTime: '2026-01-01T00:01:00.000000Z' });
  });

  it('keeps what others have put on the Lease', async () => {
    write({ holderIdentity: '' });
    cluster.put(LEASES, { ...(lease() ?? write({})), metadata: { namespace: 'ops', name: 'lgtm', labels: { team: 'x' } } });
    await candidate('a');
    expect(lease()).toMatchObject({ metadata: { labels: { team: 'x' } }, spec: { holderIdentity: 'a', leaseTransitions: 1 } });
  });

  it('lets a standby watch without polling, and hands over at once on release', async () => {
    const a = await candidate('a');
    const b = await candidate('b');
    await clock.advance(300_000);
    expect([b.elector.isLeader, b.said, b.writes().length]).toEqual([false, ['leader a'], 0]);
    expect(b.transport.requests).toHaveLength(2);
    a.stop.abort();
    await a.ended;
    await settle();
    expect([a.elector.isLeader, b.elector.isLeader, holder()]).toEqual([false, true, 'b']);
    expect(a.said).not.toContain('lost');
    expect(b.said).toEqual(['leader a', 'leader b', 'started']);
    expect(lease()?.spec?.leaseTransitions).toBe(1);
  });

  it('takes over after 30 s of silence by its own clock, whatever the record says', async () => {
    const farAhead = '2036-01-01T00:00:00.000000Z';
    write({ holderIdentity: 'dead', leaseDurationSeconds: 30, renewTime: farAhead, acquireTime: farAhead });
    const b = await candidate('b');
    await clock.advance(29_999);
    expect(b.writes()).toEqual([]);
    await clock.advance(1);
    expect([b.elector.isLeader, holder()]).toEqual([true, 'b']);
  });

  it('counts from the last change that it saw', async () => {
    write({ holderIdentity: 'a', renewTime: '1' });
    const b = await candidate('b');
    await clock.advance(20_000);
    write({ holderIdentity: 'a', renewTime: '2' });
    await clock.advance(29_999);
    expect(b.writes()).toEqual([]);
    await clock.advance(1);
    expect(b.elector.isLeader).toBe(true);
  });

  it('believes the duration that the holder gave itself, when it is sane', async () => {
    write({ holderIdentity: 'a', leaseDurationSeconds: 60 });
    const b = await candidate('b');
    await clock.advance(59_999);
    expect(b.elector.isLeader).toBe(false);
    await clock.advance(1);
    expect(b.elector.isLeader).toBe(true);
    b.stop.abort();
    await b.ended;
    write({ holderIdentity: 'a', leaseDurationSeconds: 1e9 });
    const c = await candidate('c');
    await clock.advance(30_000);
    expect(c.elector.isLeader).toBe(true);
  });

  it('is won by one of many', async () => {
    const many = [1, 2, 3, 4].map((n) => new Candidate(`c${n}`));
    await settle();
    expect(many.filter((c) => c.elector.isLeader)).toHaveLength(1);
    expect(many.filter((c) => c.said.includes('started'))).toHaveLength(1);
    await clock.advance(120_000);
    expect(many.filter((c) => c.elector.isLeader)).toHaveLength(1);
  });

  it('looks again when its watch has missed the renewals', async () => {
    write({ holderIdentity: 'a', renewTime: '1' });
    const b = await candidate('b');
    for (const watch of b.transport.watches) watch.freeze();
    await clock.advance(29_000);
    write({ holderIdentity: 'a', renewTime: '2' });
    await clock.advance(1_000);
    expect([b.elector.isLeader, b.writes().length, holder()]).toEqual([false, 1, 'a']);
    await clock.advance(29_999);
    expect(b.writes()).toHaveLength(1);
    await clock.advance(1);
    expect(b.elector.isLeader).toBe(true);
  });

  it('does without a watch, if it must', async () => {
    const a = await candidate('a');
    const b = new Candidate('b');
    b.transport.fault = (r) => (r.query['watch'] === 'true' || r.query['limit'] !== undefined ? status(403, 'Forbidden') : undefined);
    await settle();
    a.stop.abort();
    await a.ended;
    await clock.advance(35_000);
    expect(b.elector.isLeader).toBe(true);
  });

  it('does not write over and over when its writes arrive but their answers do not', async () => {
    write({ holderIdentity: '' });
    const a = new Candidate('a');
    a.transport.fault = (r) => {
      if (r.method !== 'PUT') return undefined;
      cluster.put(LEASES, r.body as KubeObject);
      return network('Timeout');
    };
    await clock.advance(60_000);
    expect(a.writes().length).toBeLessThan(15);
    a.transport.fault = () => undefined;
    await clock.advance(10_000);
    expect(a.elector.isLeader).toBe(true);
  });

  describe('that leads', () => {
    it('steps down when it cannot renew for 20 s, before anybody takes over, once', async () => {
      const a = await candidate('a');
      const b = await candidate('b');
      a.transport.fault = () => network('Network');
      await clock.advance(19_999);
      expect([a.elector.isLeader, a.said]).toEqual([true, ['leader a', 'started']]);
      await clock.advance(1);
      expect([a.elector.isLeader, a.said]).toEqual([false, ['leader a', 'started', 'lost']]);
      await a.ended;
      expect([b.elector.isLeader, holder()]).toEqual([false, 'a']);
      await clock.advance(10_000);
      expect(b.elector.isLeader).toBe(true);
      expect(a.said.filter((s) => s === 'lost')).toHaveLength(1);
    });

    it('gets over a short disturbance', async () => {
      const a = await candidate('a');
      a.transport.fault = () => network('Timeout');
      await clock.advance(17_000);
      a.transport.fault = () => undefined;
      await clock.advance(60_000);
      expect([a.elector.isLeader, a.said]).toEqual([true, ['leader a', 'started']]);
    });

    it('gets over a renewal that was written though no answer came', async () => {
      const a = await candidate('a');
      a.transport.fault = (r) => {
        if (r.method !== 'PUT') return undefined;
        a.transport.fault = () => undefined;
        cluster.put(LEASES, r.body as KubeObject);
        return network('Timeout');
      };
      await clock.advance(60_000);
      expect([a.elector.isLeader, a.said]).toEqual([true, ['leader a', 'started']]);
    });

    it('is lost as soon as somebody else holds the Lease', async () => {
      const a = await candidate('a');
      write({ ...lease()?.spec, holderIdentity: 'thief' });
      await settle();
      expect([a.elector.isLeader, a.said.slice(2)]).toEqual([false, ['leader thief', 'lost']]);
      await a.ended;
      expect(holder()).toBe('thief');
    });

    it('knows that it does not lead any more when it was suspended, before any timer has run', async () => {
      const a = await candidate('a');
      // As after SIGSTOP: time is gone, nothing has fired yet.
      const frozen = clock as unknown as { now: () => number };
      const real = frozen.now.bind(clock);
      frozen.now = () => real() + 25_000;
      expect(a.elector.isLeader).toBe(false);
      await clock.advance(10_000);
      expect(a.said).toContain('lost');
    });

    it('makes a deleted Lease anew', async () => {
      const a = await candidate('a');
      cluster.delete(LEASES, 'ops', 'lgtm');
      await settle();
      expect([a.elector.isLeader, holder()]).toEqual([true, 'a']);
      a.transport.fault = (r) => (r.method === 'POST' ? status(403, 'Forbidden') : undefined);
      cluster.delete(LEASES, 'ops', 'lgtm');
      await clock.advance(20_000);
      expect(a.said.at(-1)).toBe('lost');
      expect(a.writes().length).toBeLessThan(20);
    });

    it('releases also when its last renewal was cut off and written all the same', async () => {
      const a = await candidate('a');
      a.transport.fault = (r) => {
        if (r.method !== 'PUT') return undefined;
        a.transport.fault = () => undefined;
        cluster.put(LEASES, r.body as KubeObject);
        a.stop.abort();
        return network('Aborted');
      };
      await clock.advance(10_000);
      await a.ended;
      expect(holder()).toBe('');
    });

    it('ends all the same when it cannot release', async () => {
      const a = await candidate('a');
      a.transport.fault = () => network('Network');
      a.stop.abort();
      await a.ended;
      expect([a.elector.isLeader, holder()]).toEqual([false, 'a']);
    });
  });

  it('takes nothing when it is stopped while standing by', async () => {
    await candidate('a');
    const b = await candidate('b');
    b.stop.abort();
    await b.ended;
    expect([b.writes(), holder()]).toEqual([[], 'a']);
    const c = new Candidate('c');
    c.stop.abort();
    await c.ended;
    expect(c.said).not.toContain('started');
  });

  it('starts again as itself without waiting', async () => {
    write({ holderIdentity: 'a', leaseDurationSeconds: 30, leaseTransitions: 4, acquireTime: '1' });
    const a = await candidate('a');
    expect(a.elector.isLeader).toBe(true);
    expect(lease()?.spec).toMatchObject({ leaseTransitions: 4, acquireTime: '1' });
  });
});
