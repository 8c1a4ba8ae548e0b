import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../base/object.ts';
import { LeaseElector } from './lease.ts';
import { Objects } from './objects.ts';
import { FakeClock, settle } from './testing/clock.ts';
import type { FakeRequest } from './testing/cluster.ts';
import { FakeCluster } from './testing/cluster.ts';
import { MemoryTransport, network } from './testing/memory.ts';

const COLLECTION = 'coordination.k8s.io/v1/leases';

type Step = { do: 'wait'; ms: number } | { do: 'separate' | 'heal' | 'stop' | 'freeze' | 'lose'; who: number };

const who = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(100, 3_000, 10_000, 21_000, 40_000) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('separate' as const, 'heal' as const, 'stop' as const, 'freeze' as const, 'lose' as const), who }) },
);

class Process {
  readonly transport: MemoryTransport;
  readonly stop = new AbortController();
  readonly elector: LeaseElector;
  readonly ended: Promise<void>;
  over = false;

  constructor(identity: string, clock: FakeClock, cluster: FakeCluster) {
    this.transport = new MemoryTransport(cluster);
    const parts = { objects: new Objects(this.transport), http: this.transport, clock, jitter: () => 0.3 };
    this.elector = new LeaseElector({ ...parts, namespace: 'n', name: 'l', identity });
    this.ended = this.elector.run(this.stop.signal, { onStarted: () => undefined, onLost: () => undefined });
    void this.ended.then(() => (this.over = true));
  }

  disturb(how: 'separate' | 'heal' | 'stop' | 'freeze' | 'lose', cluster: FakeCluster): void {
    if (how === 'separate') {
      this.transport.fault = () => network('Network');
      for (const watch of [...this.transport.watches]) watch.cut(network('Network'));
    } else if (how === 'heal') this.transport.fault = () => undefined;
    else if (how === 'stop') this.stop.abort();
    else if (how === 'freeze') for (const watch of this.transport.watches) watch.freeze();
    else this.transport.fault = (request) => lose(request, cluster);
  }
}

/** The write is done, the answer is lost. */
function lose(request: FakeRequest, cluster: FakeCluster): never | undefined {
  if (request.method !== 'PUT') return undefined;
  const object = request.body as KubeObject;
  const found = cluster.get(COLLECTION, 'n', 'l');
  if (found?.metadata.resourceVersion === object.metadata.resourceVersion) cluster.put(COLLECTION, object);
  throw network('Timeout');
}

describe('LeaseElector', () => {
  it('never has two leaders, and one in the end, whatever the network does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const clock = new FakeClock();
        const cluster = new FakeCluster();
        const processes = ['a', 'b', 'c'].map((identity) => new Process(identity, clock, cluster));
        const leaders = (): number => processes.filter((p) => p.elector.isLeader).length;
        for (const s of steps) {
          if (s.do !== 'wait') processes[s.who]?.disturb(s.do, cluster);
          else
            for (let ms = 0; ms < s.ms; ms += 500) {
              await clock.advance(500);
              expect(leaders()).toBeLessThanOrEqual(1);
            }
          await settle(2);
          expect(leaders()).toBeLessThanOrEqual(1);
        }
        for (const p of processes) p.transport.fault = () => undefined;
        await clock.advance(200_000);
        expect(leaders()).toBe(processes.every((p) => p.over) ? 0 : 1);
        for (const p of processes) p.stop.abort();
        await Promise.all(processes.map((p) => p.ended));
        expect(clock.pending()).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
