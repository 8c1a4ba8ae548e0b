import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Status } from '../../src/api/status.ts';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { refOf } from '../../src/base/object.ts';
import { type Document, ours } from '../../src/cli/files.ts';
import { stamped } from '../../src/engine/stamp.ts';
import { firstDifference } from '../../src/engine/subset.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/index.ts';
import { START_MS } from '../controlplane/testing.ts';
import { describeWith } from '../programs/describe.ts';
import { Bench, target, targetOf } from './bench.ts';
import { type Spot, spotsOf } from './fields.ts';
import { additionTo, changesOf, type Edit, FIXED, INTRUDER, intrude, NEIGHBOUR, type Outcome, removalsOf } from './intruder.ts';
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
      await Promise.all(turn.map(deleteOne));
      const writes = (await bench.writes(since)).children;
      expect(tally(writes.map(target))).toEqual(tally(turn.map(({ wanted }) => targetOf(wanted))));
      const created = writes.filter(({ verb }) => verb === 'create').map(target);
      expect(tally(created)).toEqual(tally(turn.filter(({ generated }) => generated).map(({ wanted }) => targetOf(wanted))));
    }
  }, TEST_MS);

  async function deleteOne({ wanted, generated }: Child): Promise<void> {
    const before = living(wanted);
    await plane.client.delete(pathOf(refOf(wanted)));
    const after = await restored(wanted, before, 'deleted');
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    // Nobody but the cluster knew its values, so they are new ones, under the same keys.
    if (generated) expect(after.data).not.toEqual(before.data);
    if (generated) expect(keysIn(after)).toEqual(keysIn(before));
  }

  it('changes or removes a field of ours, one PATCH restores it', async () => {
    const patients: Patient[] = [
      ...childrenOf(changed).map((child) => ({ ...child, edits: changesOf(child.wanted) })),
      ...childrenOf(removed).map((child) => ({ ...child, edits: removalsOf(child.wanted) })),
      // Those are made once, and then are the cluster's.
    ].filter(({ generated }) => !generated);
    const rounds = Math.max(...patients.map(({ edits }) => edits.length));
    const log: Treated[] = [];
    const began = await plane.auditLog.mark();
    for (let round = 0; round < rounds; round++) {
      if (round % ROUNDS_A_PROCESS === 0) await restart();
      log.push(...(await treat(patients, round)));
    }
    await bench.quiet();
    // No write came late.
    expect(tally((await bench.writes(began)).children.map(target))).toEqual(tally(log.filter(({ done }) => done === 'changed').map(({ name }) => name)));
    const refused = report(log);
    expect(refused.filter((path) => !FIXED.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(FIXED.filter((pattern) => !refused.some((path) => pattern.test(path)))).toEqual([]);
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
    const count = async (): Promise<Record<string, number>> => tally((await bench.writes(since)).children.map(target));
    const wrongBy = (writes: Record<string, number>): Treated[] => treated.filter(({ name, done }) => (writes[name] ?? 0) !== (done === 'changed' ? 1 : 0));
    let writes = await count();
    if (wrongBy(writes).length > 0) {
      // On a busy machine a write may still be under way: what counts is how many there are once it is quiet.
      await bench.quiet();
      writes = await count();
    }
    const wrong = wrongBy(writes);
    expect(wrong.map((one) => ({ ...one, writes: writes[one.name] }))).toEqual([]);
    return treated;
  }

  async function treatOne(wanted: Manifest, { spot, what, operations }: Edit): Promise<Treated> {
    const outcome = await intrude(plane.client, wanted, living(wanted), { spot, what, operations });
    if (outcome.done === 'changed') await restored(wanted, outcome.object, `${spot.text} ${what}`);
    return { name: targetOf(wanted), path: spot.text, what, done: outcome.done };
  }

  const restart = async (): Promise<void> => {
    await bench.stop();
    await bench.start();
  };

  it('changes what was generated, it is left as it is', async () => {
    const since = await plane.auditLog.mark();
    const secrets = childrenOf(changed).filter(({ generated }) => generated).map(({ wanted }) => wanted);
    const chosen = (secret: Manifest): object => Object.fromEntries(keysIn(secret).map((key) => [key, 'Y2hvc2Vu']));
    for (const secret of secrets) await plane.client.patch(`${pathOf(refOf(secret))}?fieldManager=${INTRUDER}`, 'merge', { data: chosen(living(secret)) });
    await bench.quiet();
    for (const secret of secrets) expect(living(secret).data).toEqual(chosen(living(secret)));
    expect((await bench.writes(since)).children.map(target)).toEqual([]);
  }, TEST_MS);

  it('adds something of their own, it stays, and the status says whose it is', async () => {
    const children = childrenOf(changed);
    const since = await plane.auditLog.mark();
    const additions = children.map(({ wanted }) => additionTo(wanted));
    for (const addition of additions) await plane.client.patch(`${pathOf(refOf(addition))}?fieldManager=${NEIGHBOUR}`, 'apply', addition);
    await bench.quiet();
    const watched = children.filter(({ generated }) => !generated).map(({ wanted }) => `${wanted.kind}/${wanted.metadata.name}`);
    expect(reported().sort()).toEqual(watched.sort());
    const again = await plane.auditLog.mark();
    await restart();
    await bench.quiet();
    expect((await bench.writes(since)).children.map((record) => `${record.verb} ${target(record)}`)).toEqual([]);
    expect((await bench.writes(again)).status.map(target)).toEqual([]);
    for (const addition of additions) expect(firstDifference(addition, living(addition))).toBeUndefined();
  }, TEST_MS);

  it('has added something, a repair of ours beside it does not take it away', async () => {
    const children = childrenOf(changed).filter(({ generated }) => !generated);
    for (const { wanted } of children) await treatOne(wanted, { what: 'removed', spot: spotOf(wanted), operations: [{ op: 'remove' }] });
    for (const { wanted } of children) expect(firstDifference(additionTo(wanted), living(wanted))).toBeUndefined();
    // What is taken back is no longer reported.
    for (const { wanted } of children) await plane.client.patch(`${pathOf(refOf(wanted))}?fieldManager=${NEIGHBOUR}`, 'apply', nothingOn(wanted));
    await bench.live.until(() => `no report of ${reported().join(', ')}`, () => (reported().length === 0 ? true : undefined));
  }, TEST_MS);

  /** `Kind/name` of the children of which a status says that the neighbour sets fields of them. */
  const reported = (): string[] =>
    ours(changed)
      .flatMap(({ object }) => (living(object) as KubeObject & { status?: Status }).status?.warnings ?? [])
      .filter(({ code, message }) => code === 'ForeignFields' && message.startsWith(`${NEIGHBOUR} also sets`))
      .map(({ path }) => path);
});

interface Patient extends Child {
  edits: readonly Edit[];
}

interface Treated {
  name: string;
  path: string;
  what: Edit['what'];
  done: Outcome['done'];
}

const keysIn = ({ data }: Manifest): string[] => Object.keys(Object(data) as object);

const versionOf = ({ metadata }: Manifest): bigint => BigInt(metadata.resourceVersion ?? 0);

/** A label that every child has. */
function spotOf(wanted: Manifest): Spot {
  const spot = spotsOf(wanted).find(({ text }) => text === 'metadata.labels.app.kubernetes.io/part-of');
  if (!spot) throw new Error(`${keyOf(wanted)} has no such label`);
  return spot;
}

/** The apply configuration of somebody who wants nothing of it any more. */
const nothingOn = ({ apiVersion, kind, metadata: { name, namespace } }: Manifest): object => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

/** One child of each owner at a time. */
function turns(children: readonly Child[]): Child[][] {
  const owners = [...Map.groupBy(children, ({ owner }) => owner).values()];
  const longest = Math.max(...owners.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => owners.flatMap((list) => list[i] ?? []));
}

const tally = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, list]) => [name, list.length]));

/** Prints what was done; returns the paths that the API server let nobody change. Only removals may make no difference. */
function report(log: readonly Treated[]): string[] {
  process.stdout.write(`fields of children: ${JSON.stringify(tally(log.map(({ what, done }) => `${what}: ${done === 'changed' ? 'restored' : done}`)))}\n`);
  const changes = log.filter(({ what }) => what === 'changed');
  expect(changes.filter(({ done }) => done === 'no difference')).toEqual([]);
  return changes.filter(({ done }) => done === 'refused').map(({ path }) => path);
}
