import { describe, expect, it } from '@jest/globals';
import { LABEL, MANAGER } from '../base/names.ts';
import { apiError } from './testing/cluster.ts';
import { Harness } from './testing/harness.ts';
import { CHILDREN, ready, started } from './testing/setup.ts';
import { toy } from './testing/toy.ts';

describe('creating', () => {
  it('takes one write a child and one of status, and one more of status when all is ready', async () => {
    const h = await started(['a']);
    expect(h.cluster.take()).toEqual([...CHILDREN, 'applyStatus Toy/a']);
    h.makeReady('a');
    await h.idle();
    expect(h.cluster.take()).toEqual(['applyStatus Toy/a']);
    expect(h.toy('a').status).toMatchObject({ observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True' }] });
    expect(h.events).toEqual(['a NotReady', 'a Ready']);
  });

  it('asks for no name first, unless something of it is there already', async () => {
    const h = await started(['a']);
    expect(h.cluster.requests.some(({ verb }) => verb === 'getMetadata')).toBe(false);
    h.cluster.take();
    h.edit('a', { maps: 2 });
    await h.idle();
    expect(h.cluster.requests.map(({ verb, kind, name }) => `${verb} ${kind}/${name}`)).toEqual([
      'getMetadata ConfigMap/a-1', 'apply ConfigMap/a-1', 'applyStatus Toy/a',
    ]);
  });

  it('asks first where the API server does not create by version', async () => {
    const h = await started();
    h.cluster.admit = ({ verb, body }) => {
      if (verb === 'apply' && body?.metadata.resourceVersion !== undefined) throw apiError(422, 'Invalid', 'metadata.resourceVersion: must not be set');
    };
    h.cluster.put(toy('a'));
    await h.idle();
    expect(h.cluster.find('StatefulSet', 'ns', 'a')).toBeDefined();
    expect(h.toy('a').status?.['refusals']).toEqual([]);
  });

  it('then costs no request at all, however often it is looked at', async () => {
    const h = await ready();
    for (let i = 0; i < 3; i++) {
      h.queue.add('Toy/ns/a');
      await h.idle();
    }
    expect(h.cluster.requests).toEqual([]);
    expect(h.reconciler.expectations.size).toBe(0);
  });

  it('costs no request at a restart', async () => {
    const first = await ready();
    const second = new Harness();
    for (const [kind, name] of [['Toy', 'a'], ['ConfigMap', 'a-0'], ['Service', 'a'], ['StatefulSet', 'a']] as const) {
      const object = first.cluster.find(kind, 'ns', name);
      if (object !== undefined) second.cluster.put(object);
    }
    // The owner has another UID in the second cluster.
    const uid = second.toy('a').metadata.uid ?? '';
    const status = second.cluster.find('StatefulSet', 'ns', 'a')?.['status'];
    expect(status).toBeDefined();
    for (const [kind, name] of [['ConfigMap', 'a-0'], ['Service', 'a'], ['StatefulSet', 'a']] as const) {
      expect(second.cluster.find(kind, 'ns', name)?.metadata.ownerReferences?.[0]?.uid).toBe(uid);
    }
    await second.start();
    expect(second.cluster.requests).toEqual([]);
    await second.stop();
  });

  it('stamps owner and hash', async () => {
    const h = await ready();
    const map = h.cluster.find('ConfigMap', 'ns', 'a-0');
    expect(map?.metadata.ownerReferences).toEqual([
      { apiVersion: 'lgtm-operator.io/v1alpha1', kind: 'Toy', name: 'a', uid: h.toy('a').metadata.uid, controller: true, blockOwnerDeletion: true },
    ]);
    expect(map?.metadata.annotations?.['lgtm-operator.io/applied-hash']).toMatch(/^[0-9a-f]{16}$/);
  });

  it('applies many stacks side by side, each once', async () => {
    const h = await started(['a'], ['b'], ['c'], ['d'], ['e'], ['f']);
    expect(h.cluster.writes).toHaveLength(6 * 4);
    expect(new Set(h.cluster.writes).size).toBe(6 * 4);
  });
});

describe('changing', () => {
  it('writes only the children that change', async () => {
    const h = await ready({ maps: 3 });
    h.edit('a', { value: '2' });
    await h.idle();
    expect(h.cluster.take().sort()).toEqual([
      'apply ConfigMap/a-0', 'apply ConfigMap/a-1', 'apply ConfigMap/a-2', 'apply StatefulSet/a', 'applyStatus Toy/a',
    ]);
  });

  it('does not call itself ready on the strength of a workload that it has just changed', async () => {
    const h = await ready();
    h.edit('a', { value: '2' });
    await h.idle(50);
    expect(h.toy('a').status).toMatchObject({ observedGeneration: 2, conditions: [{ status: 'False' }] });
  });

  it('acts on labels and annotations of the resource, not on its status', async () => {
    const h = await ready();
    const plans = h.controller.plans;
    h.cluster.edit('Toy', 'ns', 'a', (o) => (o['status'] = { ...(o['status'] as object), pods: 0 }));
    await h.idle();
    expect(h.controller.plans).toBe(plans);
    h.cluster.edit('Toy', 'ns', 'a', (o) => (o.metadata.annotations = { a: 'b' }));
    await h.idle();
    expect(h.controller.plans).toBe(plans + 1);
    expect(h.cluster.requests).toEqual([]);
  });

  it('writes status at most once a second, and then the newest', async () => {
    const h = await ready();
    for (let i = 0; i < 8; i++) {
      h.cluster.put({
        apiVersion: 'v1', kind: 'Pod',
        metadata: { name: `p${i}`, namespace: 'ns', labels: { [LABEL.managedBy]: MANAGER, [LABEL.ownerKind]: 'Toy', [LABEL.instance]: 'a' } },
      });
      await h.idle(200);
    }
    await h.idle();
    expect(h.cluster.take().length).toBeLessThanOrEqual(3);
    expect(h.toy('a').status).toMatchObject({ pods: 8 });
  });

  it('leaves an unmanaged resource alone, but tells its status', async () => {
    const h = await started(['a', { unmanaged: true }]);
    expect(h.cluster.take()).toEqual(['applyStatus Toy/a']);
  });
});

describe('a cache that lags', () => {
  it('is waited for after writes', async () => {
    const h = await started();
    h.cluster.put(toy('a'));
    h.cluster.hold();
    await h.idle(200);
    const plans = h.controller.plans;
    expect(h.cluster.take()).toEqual([...CHILDREN, 'applyStatus Toy/a']);
    h.queue.add('Toy/ns/a');
    await h.idle(2_000);
    expect(h.controller.plans).toBe(plans);
    h.cluster.release();
    await h.idle();
    expect(h.controller.plans).toBeGreaterThan(plans);
    expect(h.cluster.take()).toEqual([]);
  });

  it('is waited for five seconds at most', async () => {
    const h = await started();
    h.cluster.put(toy('a'));
    h.cluster.hold();
    await h.idle(200);
    const plans = h.controller.plans;
    h.queue.add('Toy/ns/a');
    await h.idle(6_000);
    expect(h.controller.plans).toBeGreaterThan(plans);
  });
});
