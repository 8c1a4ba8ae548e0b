import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { refOf } from '../../src/base/object.ts';
import { type Document, ours } from '../../src/cli/files.ts';
import { ContractCluster } from '../contract/cluster.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/index.ts';
import { START_MS } from '../controlplane/testing.ts';
import { describeWith } from '../programs/describe.ts';
import { Bench } from './bench.ts';
import { Live } from './live.ts';
import { example, exampleFiles, keyOf, pathOf, planned } from './stacks.ts';

/**
 * Every example on simulated nodes, with the garbage collector of Kubernetes, and contracts in place of Elasticsearch and Kibana:
 * it becomes Ready, is deleted, and applied again finds its data.
 */

const READY_MS = 60_000;
const TEST_MS = 240_000;
const NAMESPACE = '/api/v1/namespaces/observability';

await describeWith(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'], 'examples on simulated nodes', () => {
  let plane: ControlPlane;
  let bench: Bench;
  let products: ContractCluster;
  let data: Live;

  beforeAll(async () => {
    plane = await startControlPlane({ controllers: true, nodes: 3 });
    bench = await Bench.open(plane);
    products = new ContractCluster(plane.client);
    await bench.start({ dataPlane: products.dataPlane });
    data = new Live(plane.client, [`${NAMESPACE}/pods`, `${NAMESPACE}/persistentvolumeclaims`]);
  }, START_MS);

  const claims = (): Manifest[] => data.list().filter(({ kind }) => kind === 'PersistentVolumeClaim');

  /** The next example starts from nothing. */
  afterEach(async () => {
    const secrets = bench.live.list().filter(({ kind, metadata }) => kind === 'Secret' && metadata.namespace === 'observability');
    for (const object of [...claims(), ...secrets]) await plane.client.delete(pathOf(refOf(object))).catch(() => undefined);
  }, TEST_MS);

  afterAll(async () => {
    await data?.stop();
    await bench?.close();
    await products?.close();
    await plane?.stop();
  });

  const resources = (documents: readonly Document[]): KubeObject[] => ours(documents).map(({ object }) => object);

  async function deleteAll(documents: readonly Document[]): Promise<void> {
    const children = planned(documents).flatMap(({ plan }) => plan.manifests);
    for (const resource of resources(documents)) await plane.client.delete(pathOf(refOf(resource)));
    const left = (): KubeObject[] => [...resources(documents), ...children].filter((object) => bench.live.get(refOf(object)));
    await bench.live.until(() => `gone: ${left().map(keyOf).join(', ')}`, () => (left().length === 0 ? true : undefined), READY_MS);
    const pods = (): Manifest[] => data.list().filter(({ kind }) => kind === 'Pod');
    await data.until(() => `gone: ${pods().map(keyOf).join(', ')}`, () => (pods().length === 0 ? true : undefined), READY_MS);
  }

  /** What must outlive the resources: volumes by their identity, generated credentials by their values. */
  function kept(documents: readonly Document[]): object {
    const generated = planned(documents).flatMap(({ plan }) => plan.generated.map(({ manifest }) => bench.live.get(refOf(manifest))));
    return {
      claims: Object.fromEntries(claims().map(({ metadata }) => [metadata.name, metadata.uid])),
      secrets: Object.fromEntries(generated.map((secret) => [secret?.metadata.name, secret?.data])),
    };
  }

  it.each(exampleFiles)('%s becomes Ready, and once more with its data after it was deleted', async (name) => {
    const documents = await example(name);
    await bench.apply(documents);
    await bench.untilReady(documents, READY_MS);
    await bench.quiet();
    const before = kept(documents);

    const quiet = await plane.auditLog.mark();
    await bench.quiet();
    const { children, status, other } = await bench.writes(quiet);
    expect([...children, ...status, ...other]).toEqual([]);

    await deleteAll(documents);
    expect(kept(documents)).toEqual(before);
    await bench.apply(documents);
    await bench.untilReady(documents, READY_MS);
    expect(kept(documents)).toEqual(before);
    await deleteAll(documents);
  }, TEST_MS);
});
