import { afterEach } from '@jest/globals';
import type { DataPlane } from '../../base/product.ts';
import { Harness } from './harness.ts';
import { toy, type ToySpec } from './toy.ts';

let current: Harness | undefined;

afterEach(async () => {
  await current?.stop();
  current = undefined;
});

/** A harness that ends with the test; not started. */
export function harness(dataPlane?: DataPlane): Harness {
  current = new Harness({}, dataPlane);
  return current;
}

/** Working, on these resources. */
export async function started(...toys: [string, ToySpec?][]): Promise<Harness> {
  const h = harness();
  for (const [name, spec] of toys) h.cluster.put(toy(name, spec));
  await h.start();
  return h;
}

/** Working, with one stack that is ready and quiet, and no request on record. */
export async function ready(spec: ToySpec = {}): Promise<Harness> {
  const h = await started(['a', spec]);
  h.makeReady('a');
  await h.idle();
  h.cluster.take();
  return h;
}

/** The writes that create a stack, before its status. */
export const CHILDREN = ['apply ConfigMap/a-0', 'apply Service/a', 'apply StatefulSet/a'];
