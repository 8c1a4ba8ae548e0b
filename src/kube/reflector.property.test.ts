import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../base/object.ts';
import { K8S } from '../base/resources.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';
import { FakeClock, settle } from './testing/clock.ts';
import { status } from './testing/cluster.ts';
import { MemoryTransport, network } from './testing/memory.ts';

type Step =
  | { do: 'put'; name: string; colour: string }
  | { do: 'delete'; name: string }
  | { do: 'recreate'; name: string }
  | { do: 'end' | 'cut' | 'expire' | 'freeze' | 'bookmark' | 'compact' }
  | { do: 'refuse'; answers: readonly (number | string)[] }
  | { do: 'wait'; ms: number };

const name = fc.constantFrom('a', 'b', 'c', 'd');
const trouble = fc.constantFrom(400, 403, 404, 410, 422, 429, 500, 503, 'Network', 'Timeout');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), name, colour: fc.constantFrom('red', 'blue') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recreate' as const), name }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'cut' as const, 'expire' as const, 'freeze' as const, 'bookmark' as const, 'compact' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refuse' as const), answers: fc.array(trouble, { minLength: 1, maxLength: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 500, 1_000, 5_000, 70_000) }) },
);

const COLLECTION = 'v1/configmaps';

class Bench {
  readonly clock = new FakeClock();
  readonly transport = new MemoryTransport();
  readonly store = new Store();
  readonly stop = new AbortController();
  readonly mirror = new Map<string, KubeObject>();
  readonly running: Promise<void>;
  mostWatches = 0;
  #troubles: (number | string)[] = [];

  constructor(watchList: boolean) {
    this.transport.watchList = watchList;
    this.transport.fault = () => {
      this.mostWatches = Math.max(this.mostWatches, this.transport.watches.size);
      const next = this.#troubles.shift();
      if (typeof next === 'string') throw network(next);
      return next === undefined ? undefined : status(next, 'Trouble');
    };
    this.store.subscribe(({ type, object }) => {
      if (type === 'deleted') this.mirror.delete(object.metadata.name);
      else this.mirror.set(object.metadata.name, object);
    });
    const parts = { http: this.transport, store: this.store, clock: this.clock, jitter: () => 0 };
    this.running = new Reflector({ ...parts, type: K8S.ConfigMap, labelSelector: 'colour=red' }).run(this.stop.signal);
  }

  async step(s: Step): Promise<void> {
    const { cluster } = this.transport;
    if (s.do === 'put') this.put(s.name, s.colour);
    else if (s.do === 'delete') cluster.delete(COLLECTION, 'n', s.name);
    else if (s.do === 'recreate') {
      cluster.delete(COLLECTION, 'n', s.name);
      this.put(s.name, 'red');
    } else if (s.do === 'compact') cluster.compacted = cluster.version;
    else if (s.do === 'refuse') this.#troubles.push(...s.answers);
    else if (s.do === 'wait') await this.clock.advance(s.ms);
    else this.disturb(s.do);
  }

  put(name: string, colour: string): void {
    this.transport.cluster.put(COLLECTION, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'n', name, labels: { colour } } });
  }

  disturb(how: 'end' | 'cut' | 'expire' | 'freeze' | 'bookmark'): void {
    for (const watch of [...this.transport.watches]) {
      if (how === 'end') watch.stop();
      else if (how === 'cut') watch.cut(network('Network'));
      else if (how === 'expire') watch.fail(status(410, 'Expired'));
      else if (how === 'bookmark') watch.bookmark();
      else {
        // A frozen watch ends, for the reflector, when it has been silent for too long.
        watch.freeze();
        this.clock.setTimeout(() => watch.cut(network('Timeout')), 70_000);
      }
    }
  }

  truth(): unknown[] {
    return this.transport.cluster.list(COLLECTION).filter((o) => o.metadata.labels?.['colour'] === 'red');
  }

  content(): unknown[] {
    return [...this.store.list()].sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  }
}

describe('Reflector', () => {
  it('ends equal to the server, whatever happened to its lists and watches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, watchList) => {
        const bench = new Bench(watchList);
        for (const s of steps) {
          await bench.step(s);
          await settle(1);
        }
        // Every pause and every silence passes.
        await bench.clock.advance(300_000);
        expect(bench.content()).toEqual(bench.truth());
        expect([...bench.mirror.values()].length).toBe(bench.store.size);
        for (const o of bench.store.list()) expect(bench.mirror.get(o.metadata.name)).toBe(o);
        expect(bench.mostWatches).toBeLessThanOrEqual(1);
        bench.stop.abort();
        await bench.running;
        expect(bench.transport.watches.size).toBe(0);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
