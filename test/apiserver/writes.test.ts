import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { KINDS } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/base/object.ts';
import { refOf } from '../../src/base/object.ts';
import { CHILD_TYPES, K8S } from '../../src/base/resources.ts';
import { type Document, ours } from '../../src/cli/files.ts';
import { ContractCluster } from '../contract/cluster.ts';
import { type AuditRecord, type ControlPlane, countBy, startControlPlane } from '../controlplane/index.ts';
import { START_MS } from '../controlplane/testing.ts';
import { describeWith } from '../programs/describe.ts';
import { Bench, target, targetOf } from './bench.ts';
import { example, exampleFiles, keyOf, objectStorage, pathOf, planned } from './stacks.ts';

/** How little the operator asks of the API server, counted in its audit log. Events and the lease are counted apart. */

const TEST_MS = 120_000;

/** Products that are spoken to are configured step by step: they have a test of their own. */
const withElasticsearch = (name: string): boolean => readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8').includes('backend: elasticsearch');

const SCENES: readonly (readonly [string, () => Promise<Document[]> | Document[]])[] = [
  ...exampleFiles.filter((name) => !withElasticsearch(name)).map((name) => [`examples/${name}`, () => example(name)] as const),
  ['a stack on S3 with three replicas', () => objectStorage('writes')],
];

const each = (objects: readonly KubeObject[], times: number): Record<string, number> => Object.fromEntries(objects.map((object) => [targetOf(object), times]));

const resourcesIn = (documents: readonly Document[]): KubeObject[] => ours(documents).map(({ object }) => object);

await describeWith(['etcd', 'kube-apiserver'], 'the operator writes', () => {
  let plane: ControlPlane;
  let bench: Bench;

  beforeAll(async () => {
    plane = await startControlPlane();
    bench = await Bench.open(plane);
  }, START_MS);

  afterEach(async () => {
    await bench.stop();
    await bench.clear();
  });

  afterAll(async () => {
    await bench.close();
    await plane.stop();
  });

  /** All writes since a mark, once things are quiet: none of any sort. */
  async function expectNone(since: number): Promise<void> {
    await bench.quiet();
    const { children, status, events, other } = await bench.writes(since);
    expect([...children, ...status, ...events, ...other].map((record) => `${record.verb} ${target(record)}`)).toEqual([]);
  }

  it.each(SCENES)('each child of %s once, two statuses a stack, and nothing again, not even after a restart', async (name, load) => {
    const documents = await load();
    const resources = resourcesIn(documents);
    const children = planned(documents).flatMap((one) => one.children);
    await bench.apply(documents);
    const created = await plane.auditLog.mark();
    await bench.start();
    await bench.playWorkloads(documents);
    await bench.untilReady(documents);
    await bench.quiet();

    const writes = await bench.writes(created);
    expect(countBy(writes.children, target)).toEqual(each(children, 1));
    expect(countBy(writes.status, target)).toEqual(each(resources, 2));
    expect(countBy(writes.other)).toEqual({});
    report(`${name}: ${resources.length} resources, ${children.length} children`, [...writes.children, ...writes.status, ...writes.events]);

    const appliedAgain = await plane.auditLog.mark();
    await bench.apply(documents);
    for (const resource of resources) await plane.client.put(`${pathOf(refOf(resource))}?fieldManager=replace`, { ...resource, metadata: await placed(resource) });
    await expectNone(appliedAgain);

    const touched = await plane.auditLog.mark();
    for (const resource of resources) await plane.client.patch(pathOf(refOf(resource)), 'merge', { metadata: { annotations: { 'example.org/note': 'seen' } } });
    await expectNone(touched);

    await bench.stop();
    const restarted = await plane.auditLog.mark();
    await bench.start();
    await expectNone(restarted);
    const requests = await bench.requests(restarted);
    report(`${name}: a restart`, requests);
    expectOneWatchEach(requests, documents);
  }, TEST_MS);

  const placed = async (resource: KubeObject): Promise<object> => {
    const { metadata } = await plane.client.get(pathOf(refOf(resource)));
    return { ...resource.metadata, resourceVersion: metadata.resourceVersion };
  };

  it.each(exampleFiles.filter(withElasticsearch))('each child of examples/%s once, and what the first cluster is remembered by; then nothing', async (name) => {
    const documents = await example(name);
    const children = planned(documents).flatMap((one) => one.children);
    const products = new ContractCluster(plane.client);
    try {
      await bench.apply(documents);
      const created = await plane.auditLog.mark();
      await bench.start({ dataPlane: products.dataPlane });
      await bench.playWorkloads(documents);
      // What is remembered makes another generation of the StatefulSet, which its controller has to see.
      const playing = new AbortController();
      const played = bench.keepPlaying(documents, playing.signal);
      await bench.untilReady(documents);
      await bench.quiet();
      playing.abort();
      await played;

      const writes = await bench.writes(created);
      const counted = countBy(writes.children, target);
      report(`examples/${name}: ${children.length} children`, [...writes.children, ...writes.status, ...writes.events]);
      for (const child of children) expect([targetOf(child), counted[targetOf(child)]]).toEqual([targetOf(child), expect.any(Number)]);
      const again = Object.entries(counted).filter(([what, count]) => count > 1 || !children.some((child) => targetOf(child) === what)).map(([what]) => what);
      const { namespace = '', name: stack = '' } = ours(documents)[0]?.object.metadata ?? {};
      const memory = [`secrets ${namespace}/${stack}-elasticsearch-cluster`, `configmaps ${namespace}/${stack}-elasticsearch-bootstrap`, `statefulsets ${namespace}/${stack}-elasticsearch`];
      expect(memory).toEqual(expect.arrayContaining(again));
      expect(Math.max(...Object.values(countBy(writes.status, target)))).toBeLessThanOrEqual(6);
      expect(countBy(writes.other)).toEqual({});

      const quiet = await plane.auditLog.mark();
      await expectNone(quiet);
      await bench.stop();
      const restarted = await plane.auditLog.mark();
      await bench.start({ dataPlane: products.dataPlane });
      await expectNone(restarted);
    } finally {
      await bench.stop();
      await products.close();
    }
  }, TEST_MS);

  it('beside a stack that is there, only what renders differently now', async () => {
    const documents = await example('plg.yaml');
    const isDashboard = ({ object }: Document): boolean => object.kind === 'DashboardStack';
    const before = documents.filter((one) => !isDashboard(one));
    await bench.apply(before);
    await bench.start();
    await bench.playWorkloads(before);
    await bench.untilReady(before);
    await bench.quiet();

    const added = await plane.auditLog.mark();
    await bench.apply(documents.filter(isDashboard));
    await bench.playWorkloads(documents);
    await bench.untilReady(documents);
    await bench.quiet();

    const known = new Map(planned(before).flatMap(({ children }) => children).map((child) => [keyOf(child), JSON.stringify(child)]));
    const changed = planned(documents).flatMap(({ children }) => children).filter((child) => known.get(keyOf(child)) !== JSON.stringify(child));
    const writes = await bench.writes(added);
    expect(countBy(writes.children, target)).toEqual(each(changed, 1));
    expect(countBy(writes.status, target)).toEqual({
      // Its wiring shows the new link.
      ...each(resourcesIn(before), 1),
      ...each(resourcesIn(documents.filter(isDashboard)), 2),
    });
    expect(countBy(writes.other)).toEqual({});
    expect(changed.map(keyOf)).toContain('NetworkPolicy/observability/logs-loki');
  }, TEST_MS);
});

/** Own kinds, children, what is observed, and metadata of Secrets that are not ours. */
const WATCHED = [...Object.values(KINDS).map(({ resource }) => resource), ...CHILD_TYPES, K8S.Pod, K8S.PersistentVolumeClaim, K8S.Namespace];

/** A restart lists and watches each kind once; Secrets twice, since ours are read whole. It reads the Secrets that users name. */
function expectOneWatchEach(requests: readonly AuditRecord[], documents: readonly Document[]): void {
  const watches = Object.fromEntries(WATCHED.map(({ plural }) => [`watch ${plural}`, plural === 'secrets' ? 2 : 1]));
  const named = documents.filter(({ object }) => object.kind === 'Secret').length;
  expect(countBy(requests)).toEqual({ ...watches, ...(named > 0 ? { 'get secrets': named } : {}) });
  // The first state comes with the watch: no separate list.
  for (const { verb, uri } of requests) if (verb === 'watch') expect(uri).toContain('sendInitialEvents=true');
}

function report(title: string, requests: readonly AuditRecord[]): void {
  const counts = Object.entries(countBy(requests)).map(([what, count]) => `${count} ${what}`);
  process.stdout.write(`${title}: ${counts.join(', ')}\n`);
}
