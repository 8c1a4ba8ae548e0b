import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { refOf } from '../../src/base/object.ts';
import { type Document, ours } from '../../src/cli/files.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/index.ts';
import { isBound, START_MS } from '../controlplane/testing.ts';
import { describeWith } from '../programs/describe.ts';
import { Bench, target, targetOf } from './bench.ts';
import { Live } from './live.ts';
import { example, keyOf, pathOf, planned } from './stacks.ts';

/** What goes and what stays when resources are deleted, with the garbage collector of Kubernetes at work. */

const TEST_MS = 240_000;
const NAMESPACE = '/api/v1/namespaces/observability';

await describeWith(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'], 'resources that are deleted', () => {
  let plane: ControlPlane;
  let bench: Bench;
  /** Pods, volume claims and volumes. */
  let data: Live;
  let documents: Document[];
  let generated: readonly Manifest[];
  let others: readonly Manifest[];

  beforeAll(async () => {
    plane = await startControlPlane({ controllers: true, nodes: 2 });
    bench = await Bench.open(plane);
    documents = await example('plg.yaml');
    generated = planned(documents).flatMap(({ plan }) => plan.generated.map(({ manifest }) => manifest));
    others = planned(documents).flatMap(({ plan }) => plan.manifests);
    await bench.start();
    await bench.apply(documents);
    data = new Live(plane.client, [`${NAMESPACE}/pods`, `${NAMESPACE}/persistentvolumeclaims`, '/api/v1/persistentvolumes']);
    await bench.untilReady(documents);
  }, START_MS);

  afterAll(async () => {
    await data.stop();
    await bench.close();
    await plane.stop();
  });

  const resources = (): KubeObject[] => ours(documents).map(({ object }) => object);
  const present = (objects: readonly KubeObject[]): string[] => objects.filter((object) => bench.live.get(refOf(object))).map(keyOf);
  const isBinding = ({ kind }: KubeObject): boolean => kind === 'ClusterRoleBinding';

  async function deleteAll(): Promise<void> {
    for (const resource of resources()) await plane.client.delete(pathOf(refOf(resource)));
  }

  const untilGone = (objects: readonly KubeObject[]): Promise<true> =>
    bench.live.until(() => `gone: ${present(objects).join(', ')}`, () => (present(objects).length === 0 ? true : undefined));

  const pods = (): Manifest[] => data.list().filter(({ kind }) => kind === 'Pod');

  const untilNoPods = (): Promise<true> =>
    data.until(() => `gone: ${pods().map(keyOf).join(', ')}`, () => (pods().length === 0 ? true : undefined));

  /** Claims with their volumes, and generated Secrets with their values: by UID. */
  interface Kept {
    claims: Record<string, unknown>;
    secrets: Record<string, unknown>;
  }

  function kept(): Kept {
    const claims = data.list().filter(({ kind }) => kind === 'PersistentVolumeClaim');
    const secrets = generated.map((secret) => bench.live.get(refOf(secret)));
    return {
      claims: Object.fromEntries(claims.map(({ metadata, spec }) => [metadata.name, { uid: metadata.uid, spec }])),
      secrets: Object.fromEntries(secrets.map((secret) => [secret?.metadata.name, { uid: secret?.metadata.uid, values: secret?.data }])),
    };
  }

  it('take their children along, by garbage collection and a sweep, and leave volumes and credentials', async () => {
    const before = kept();
    expect(Object.keys(before.claims).sort()).toEqual(['data-dashboards-grafana-0', 'data-logs-alloy-cluster-0', 'data-logs-loki-0']);
    expect(Object.keys(before.secrets)).toEqual(['dashboards-grafana-admin', 'dashboards-grafana-keys']);
    // Nothing of ours holds a resource back.
    for (const resource of resources()) expect(bench.live.get(refOf(resource))?.metadata).not.toHaveProperty('finalizers');
    const since = await plane.auditLog.mark();
    await deleteAll();
    await untilGone([...resources(), ...others]);
    await untilNoPods();
    await bench.quiet();

    expect(kept()).toEqual(before);
    expect(data.list().filter(({ kind }) => kind === 'PersistentVolumeClaim').every(isBound)).toBe(true);
    const { children, status, other } = await bench.writes(since);
    expect(children.map((record) => `${record.verb} ${target(record)}`).sort()).toEqual(others.filter(isBinding).map((binding) => `delete ${targetOf(binding)}`).sort());
    expect([...status, ...other]).toEqual([]);
  }, TEST_MS);

  it('and applied again find their volumes and credentials', async () => {
    const before = kept();
    const since = await plane.auditLog.mark();
    await bench.apply(documents);
    await bench.untilReady(documents);
    await bench.quiet();
    expect(kept()).toEqual(before);
    const written = (await bench.writes(since)).children.map(target);
    expect([...new Set(written)].sort()).toEqual(others.map(targetOf).sort());
  }, TEST_MS);

  it('and applied again at once come back all the same, whole', async () => {
    const before = kept();
    const earlier = new Set(others.map((child) => bench.live.get(refOf(child))?.metadata.uid));
    await deleteAll();
    await bench.apply(documents);
    await bench.untilReady(documents);
    // Those of the earlier ones were to go; those that no owner reference reaches were adopted.
    const replaced = (child: KubeObject): boolean => isBinding(child) || !earlier.has(bench.live.get(refOf(child))?.metadata.uid);
    await bench.live.until(
      () => `made anew: ${others.filter((child) => !replaced(child)).map(keyOf).join(', ')}`,
      () => (present(others).length === others.length && others.every(replaced) ? true : undefined),
    );
    await bench.untilReady(documents);
    expect(kept()).toEqual(before);
  }, TEST_MS);

  it('while no operator runs are swept up after by the next one', async () => {
    const before = kept();
    await bench.stop();
    await deleteAll();
    await untilGone([...resources(), ...others.filter((child) => !isBinding(child))]);
    expect(present(others)).toEqual(others.filter(isBinding).map(keyOf));
    await bench.start();
    await untilGone(others);
    await untilNoPods();
    expect(kept()).toEqual(before);
  }, TEST_MS);
});
