import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Manifest } from '../../src/base/object.ts';
import { refKey, refOf } from '../../src/base/object.ts';
import type { Document } from '../../src/cli/files.ts';
import { stamped } from '../../src/engine/stamp.ts';
import { firstDifference } from '../../src/engine/subset.ts';
import { type ControlPlane, countBy, startControlPlane } from '../controlplane/index.ts';
import { START_MS } from '../controlplane/testing.ts';
import { describeWith } from '../programs/describe.ts';
import { Bench, target } from './bench.ts';
import { type Edit, editsOf, intrude } from './intruder.ts';
import { example, keyOf, objectStorage, planned, typeOf } from './stacks.ts';

const TEST_MS = 600_000;

await describeWith(['etcd', 'kube-apiserver'], 'somebody else', () => {
  let plane: ControlPlane;
  let bench: Bench;
  let documents: Document[];

  beforeAll(async () => {
    plane = await startControlPlane();
    bench = await Bench.open(plane);
    documents = [...(await example('plg.yaml')), ...objectStorage('drift')];
    await bench.apply(documents);
    await bench.start();
    await bench.playWorkloads(documents);
    await bench.untilReady(documents);
    await bench.quiet();
  }, START_MS);

  afterAll(async () => {
    await bench.close();
    await plane.stop();
  });

  const children = (): Manifest[] =>
    planned(documents).flatMap(({ owner, plan }) => {
      const living = bench.live.get(refOf(owner));
      if (!living) throw new Error(`no ${keyOf(owner)}`);
      return plan.manifests.map((manifest) => stamped(living, manifest));
    });

  it('explore', async () => {
    const all = children().map((wanted) => ({ wanted, edits: editsOf(wanted) }));
    const rounds = Math.max(...all.map(({ edits }) => edits.length));
    const log: string[] = [];
    const t0 = performance.now();
    for (let round = 0; round < 16; round++) {
      if (round % 6 === 0) { await bench.stop(); await bench.start(); }
      const since = await plane.auditLog.mark();
      const results = await Promise.all(all.flatMap(({ wanted, edits }) => {
        const edit = edits[round];
        return edit ? [one(wanted, edit)] : [];
      }));
      const writes = countBy((await bench.writes(since)).children, target);
      for (const { wanted, edit, done } of results) {
        const count = writes[target({ resource: typeOf(wanted.kind).plural, namespace: wanted.metadata.namespace ?? '', name: wanted.metadata.name } as never)] ?? 0;
        const fine = done === 'changed' ? 1 : 0;
        if (count !== fine || (done !== 'changed')) log.push(`${count === fine ? '' : 'PROBLEM '}${done} ${count} ${keyOf(wanted)} ${edit.text}`);
      }
      (await import('node:fs')).writeFileSync('/tmp/w/drift.log', log.join('\n'));
      if (round % 10 === 0) process.stderr.write(`${round} of ${rounds} ${Math.round(performance.now() - t0)}\n`);
    }
    (await import('node:fs')).writeFileSync('/tmp/w/drift.log', log.join('\n'));
  }, TEST_MS);

  async function one(wanted: Manifest, edit: Edit) {
    const live = bench.live.get(refOf(wanted));
    if (!live) throw new Error(`no ${keyOf(wanted)}`);
    const outcome = await intrude(plane.client, wanted, live, edit).catch((e: Error) => ({ done: e.message } as never));
    let done: string = outcome.done;
    if (outcome.done === 'changed') {
      const version = BigInt(outcome.object.metadata.resourceVersion ?? 0);
      await bench.live.until(() => `${keyOf(wanted)} restored after ${edit.text}`, () => {
        const now = bench.live.get(refOf(wanted));
        return now && BigInt(now.metadata.resourceVersion ?? 0) > version && firstDifference(wanted, now) === undefined ? true : undefined;
      }, 5_000).catch((e: Error) => { done = `NOTRESTORED ${firstDifference(wanted, bench.live.get(refOf(wanted)))?.path}`; void e; });
    }
    return { wanted, edit, done };
  }
  void expect; void refKey;
});
