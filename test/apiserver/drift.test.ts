import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Status } from '../../src/api/status.ts';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { refKey, refOf } from '../../src/base/object.ts';
import type { Document } from '../../src/cli/files.ts';
import { stamped } from '../../src/engine/stamp.ts';
import { firstDifference } from '../../src/engine/subset.ts';
import { type ControlPlane, countBy, startControlPlane } from '../controlplane/index.ts';
import { START_MS } from '../controlplane/testing.ts';
import { describeWith } from '../programs/describe.ts';
import { Bench, target, targetOf } from './bench.ts';
import { additionTo, changesOf, type Edit, FIXED, INTRUDER, intrude, removalsOf } from './intruder.ts';
import { example, keyOf, objectStorage, pathOf, planned } from './stacks.ts';

/** What somebody else does to our children: what is ours comes back by one write, what is not ours stays. */

const TEST_MS = 600_000;
/** After so many repairs of one child within a minute the operator takes it for a fight, and waits; a new process knows of none. */
const ROUNDS_A_PROCESS = 6;
const RESTORED_MS = 20_000;

/** A child, with the manifest as the operator sends it: what a generated Secret holds is not in there. */
interface Child {
  owner: string;
  wanted: Manifest;
  generated: boolean;
}

await describeWith(['etcd', 'kube-apiserver'], 'when somebody else', () => {
  let plane: ControlPlane;
  let bench: Bench;
  let changed: Document[];
  let removed: Document[];

  beforeAll(async () => {
    plane = await startControlPlane();
    bench = await Bench.open(plane);
    changed = [...(await example('plg.yaml')), ...objectStorage('changed')];
    removed = objectStorage('removed');
    const all = [...changed, ...removed];
    await bench.apply(all);
    await bench.start();
    await bench.playWorkloads(all);
    await bench.untilReady(all);
    await bench.quiet();
  }, START_MS);

  afterAll(async () => {
    await bench.close();
    await plane.stop();
  });

  const living = (object: KubeObject): Manifest => {
    const found = bench.live.get(refOf(object));
    if (!found) throw new Error(`no ${keyOf(object)}`);
    return found;
  };

  const childrenOf = (documents: readonly Document[]): Child[] =>
    planned(documents).flatMap(({ owner, plan }) => [
      ...plan.generated.map(({ manifest }) => ({ owner: keyOf(owner), wanted: manifest, generated: true })),
      ...plan.manifests.map((manifest) => ({ owner: keyOf(owner), wanted: stamped(living(owner), manifest), generated: false })),
    ]);

  /** Waits until a child is as it should be, in a later version than `before`. */
  const restored = (wanted: Manifest, before: Manifest, what: string): Promise<Manifest> =>
    bench.live.until(
      () => `${keyOf(wanted)} restored: ${what}, ${firstDifference(wanted, bench.live.get(refOf(wanted)))?.path ?? 'it is there'}`,
      () => {
        const now = bench.live.get(refOf(wanted));
        return now && versionOf(now) > versionOf(before) && firstDifference(wanted, now) === undefined ? now : undefined;
      },
      RESTORED_MS,
    );

  it('deletes a child, it is made again by one write', async () => {
    const children = childrenOf(changed);
    for (const turn of turns(children)) {
      const since = await plane.auditLog.mark();
      await Promise.all(
        turn.map(async ({ wanted, generated }) => {
          const before = living(wanted);
          await plane.client.delete(pathOf(refOf(wanted)));
          const after = await restored(wanted, before, 'deleted');
          expect(after.metadata.uid).not.toBe(before.metadata.uid);
          // Nobody but the cluster knew its values: new ones are made. What was encrypted with the old ones is for its owner to mend.
          if (generated) expect(after.data).not.toEqual(before.data);
        }),
      );
      const writes = (await bench.writes(since)).children;
      expect(countBy(writes, target)).toEqual(Object.fromEntries(turn.map(({ wanted }) => [targetOf(wanted), 1])));
      expect(writes.filter(({ verb }) => verb === 'create').map(target)).toEqual(turn.filter(({ generated }) => generated).map(({ wanted }) => targetOf(wanted)));
    }
    await bench.quiet();
  }, TEST_MS);

  it('changes or removes a field of ours, one PATCH restores it', async () => {
    const patients: Patient[] = [
      ...childrenOf(changed).map((child) => ({ ...child, edits: changesOf(child.wanted) })),
      ...childrenOf(removed).map((child) => ({ ...child, edits: removalsOf(child.wanted) })),
    ].filter(({ generated }) => !generated);
    const rounds = Math.max(...patients.map(({ edits }) => edits.length));
    const log: Treated[] = [];
    const began = await plane.auditLog.mark();
    for (let round = 0; round < rounds; round++) {
      if (round % ROUNDS_A_PROCESS === 0) {
        await bench.stop();
        await bench.start();
      }
      log.push(...(await treat(patients, round)));
    }
    await bench.quiet();
    // Nor did any write come late.
    const total = countBy((await bench.writes(began)).children, target);
    expect(total).toEqual(tally(log.filter(({ done }) => done === 'changed').map(({ target: name }) => name)));
    report(log);
    const refused = log.filter(({ done }) => done === 'refused').map(({ target: name, text }) => `${name} ${text}`);
    expect(refused.filter((text) => !FIXED.some((pattern) => pattern.test(text)))).toEqual([]);
  }, TEST_MS);

  /** One edit on each child, each waited for; then the writes that it took. */
  async function treat(patients: readonly Patient[], round: number): Promise<Treated[]> {
    const since = await plane.auditLog.mark();
    const treated = await Promise.all(
      patients.flatMap(({ wanted, edits }, place) => {
        // Each child begins elsewhere, so that not all lose the same field at once.
        const edit = round < edits.length ? edits[(round + place) % edits.length] : undefined;
        return edit ? [treatOne(wanted, edit)] : [];
      }),
    );
    const writes = countBy((await bench.writes(since)).children, target);
    const wanted = treated.filter(({ done }) => done === 'changed');
    const edits = treated.map(({ target: name, text, done }) => `${name} ${text} (${done})`).join('\n');
    expect({ edits, writes }).toEqual({ edits, writes: Object.fromEntries(wanted.map(({ target: name }) => [name, 1])) });
    return treated;
  }

  async function treatOne(wanted: Manifest, edit: Edit): Promise<Treated> {
    const outcome = await intrude(plane.client, wanted, living(wanted), edit);
    if (outcome.done === 'changed') await restored(wanted, outcome.object, edit.text);
    return { target: targetOf(wanted), text: edit.text, done: outcome.done };
  }
});

interface Patient extends Child {
  edits: readonly Edit[];
}

interface Treated {
  target: string;
  text: string;
  done: 'changed' | 'no difference' | 'refused';
}

const versionOf = ({ metadata }: Manifest): bigint => BigInt(metadata.resourceVersion ?? 0);

/** One child of each owner at a time. */
function turns(children: readonly Child[]): Child[][] {
  const owners = Map.groupBy(children, ({ owner }) => owner);
  const longest = Math.max(...[...owners.values()].map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => [...owners.values()].flatMap((list) => list[i] ?? []));
}

function tally(names: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, list]) => [name, list.length]));
}

function report(log: readonly Treated[]): void {
  const counts = Object.entries(Object.groupBy(log, ({ done }) => done)).map(([done, list]) => `${list.length} ${done}`);
  process.stdout.write(`fields of children: ${counts.join(', ')}\n`);
}
void INTRUDER; void additionTo; void refKey; void ({} as Status);
