import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../base/object.ts';
import { nameKey, nameOf } from '../base/object.ts';
import { Store } from './store.ts';
import { FakeCluster, parsePath, selects } from './testing/cluster.ts';

/** What happens on the server, and what the client sees of it, in any order. */
type Step =
  | { do: 'put'; name: string; colour: string }
  | { do: 'delete'; name: string }
  | { do: 'tick' }
  | { do: 'deliver'; events: number }
  | { do: 'repeat'; back: number }
  | { do: 'bookmark' }
  | { do: 'relist' };

const names = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), name: names, colour: fc.constantFrom('red', 'blue') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), name: names }) },
  { weight: 1, arbitrary: fc.constant({ do: 'tick' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), events: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const), back: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'bookmark' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'relist' as const }) },
);

const TARGET = parsePath('/api/v1/configmaps');
const QUERY = { labelSelector: 'colour=red' };
const colourOf = (o: KubeObject): string[] => Object.values(o.metadata.labels ?? {});

class Bench {
  readonly cluster = new FakeCluster();
  readonly store = new Store({ indexes: { colour: colourOf } });
  /** The store's contents, rebuilt from its deltas alone. */
  readonly mirror = new Map<string, KubeObject>();
  readonly broken: string[] = [];
  /** How much of the history the watch has delivered. */
  #delivered = 0;

  constructor() {
    this.store.subscribe((delta) => {
      const key = nameKey(nameOf(delta.object));
      const known = this.mirror.get(key);
      if ((delta.type === 'added') !== (known === undefined)) this.broken.push(`${delta.type} ${key}`);
      if (delta.type === 'updated' && known?.metadata.uid !== delta.object.metadata.uid) this.broken.push(`uid of ${key}`);
      if (delta.type === 'deleted') this.mirror.delete(key);
      else this.mirror.set(key, delta.object);
    });
    this.relist();
  }

  run(s: Step): void {
    if (s.do === 'put') this.cluster.put('v1/configmaps', configMap(s.name, s.colour));
    else if (s.do === 'delete') this.cluster.delete('v1/configmaps', 'n', s.name);
    else if (s.do === 'tick') this.cluster.tick();
    else if (s.do === 'deliver') this.deliver(s.events);
    else if (s.do === 'repeat') this.event(this.#delivered - s.back);
    else if (s.do === 'bookmark') this.bookmark();
    else this.relist();
  }

  deliver(events = Infinity): void {
    for (let i = 0; i < events && this.#delivered < this.cluster.history.length; i++) this.event(this.#delivered++);
  }

  event(index: number): void {
    const change = this.cluster.history[index];
    if (change === undefined) return;
    if (selects(TARGET, QUERY, change.object) && change.object !== undefined) this.store.upsert(change.object);
    else if (selects(TARGET, QUERY, change.previous) && change.previous !== undefined) {
      const metadata = { ...change.previous.metadata, resourceVersion: String(change.version) };
      this.store.remove({ ...change.previous, metadata });
    }
  }

  bookmark(): void {
    this.deliver();
    this.store.bookmark(String(this.cluster.version));
  }

  relist(): void {
    this.#delivered = this.cluster.history.length;
    this.store.replace(this.truth(), String(this.cluster.version));
  }

  truth(): KubeObject[] {
    return this.cluster.list('v1/configmaps').filter((o) => selects(TARGET, QUERY, o));
  }
}

const configMap = (name: string, colour: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'n', name, labels: { colour } },
});

const sorted = (objects: Iterable<KubeObject>): KubeObject[] =>
  [...objects].sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));

describe('Store', () => {
  it('ends equal to the server, whatever was listed, watched, repeated or missed on the way', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bench = new Bench();
        for (const s of steps) {
          bench.run(s);
          // At any time, the deltas tell exactly what the store holds.
          expect(sorted(bench.mirror.values())).toEqual(sorted(bench.store.list()));
        }
        bench.deliver();
        expect(sorted(bench.store.list())).toEqual(bench.truth());
        expect(bench.broken).toEqual([]);
        expect(sorted(bench.store.byIndex('colour', 'red'))).toEqual(bench.truth());
        expect(bench.store.byIndex('colour', 'blue')).toEqual([]);
        for (const o of bench.truth()) expect(bench.store.byUid(o.metadata.uid ?? '')).toEqual(o);
      }),
      { numRuns: 300 },
    );
  });

  it('comes to the same end in whatever order the events of a history arrive', () => {
    const ops = fc.array(step.filter((s) => s.do === 'put' || s.do === 'delete'), { maxLength: 20 });
    fc.assert(
      fc.property(ops, fc.infiniteStream(fc.nat()), (steps, order) => {
        const bench = new Bench();
        for (const s of steps) bench.run(s);
        const indexes = bench.cluster.history.map((_, i) => ({ i, at: Number(order.next().value) }));
        for (const { i } of indexes.sort((a, b) => a.at - b.at)) bench.event(i);
        expect(sorted(bench.store.list())).toEqual(bench.truth());
      }),
      { numRuns: 300 },
    );
  });
});
