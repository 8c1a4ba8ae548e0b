import { describe, expect, it } from '@jest/globals';
import { LABEL } from '../base/names.ts';
import { apiError } from './testing/cluster.ts';
import type { Harness } from './testing/harness.ts';
import { CHILDREN, ready } from './testing/setup.ts';
import { toy } from './testing/toy.ts';

describe('drift', () => {
  it('is restored by exactly one write a change', async () => {
    const h = await ready();
    h.cluster.edit('ConfigMap', 'ns', 'a-0', (o) => (o['data'] = { value: 'changed' }));
    await h.idle();
    expect(h.cluster.take()).toEqual(['apply ConfigMap/a-0']);
    h.cluster.edit('StatefulSet', 'ns', 'a', (o) => Object.assign(o['spec'] as object, { replicas: 5 }));
    await h.idle(150);
    expect(h.cluster.take()[0]).toBe('apply StatefulSet/a');
    expect(h.cluster.find('StatefulSet', 'ns', 'a')?.['spec']).toMatchObject({ replicas: 1 });
  });

  it('restores a deleted child by one write', async () => {
    const h = await ready();
    h.cluster.delete('Service', 'ns', 'a');
    await h.idle();
    expect(h.cluster.take()).toEqual(['apply Service/a']);
  });

  it('takes back a child that lost its label', async () => {
    const h = await ready();
    h.cluster.edit('ConfigMap', 'ns', 'a-0', (o) => (o.metadata.labels = {}));
    await h.idle();
    expect(h.cluster.take()).toEqual(['apply ConfigMap/a-0']);
    expect(h.caches.child({ kind: 'ConfigMap', namespace: 'ns', name: 'a-0' })).toBeDefined();
  });

  it('lets stay what others add, and reports it', async () => {
    const h = await ready();
    h.cluster.edit('StatefulSet', 'ns', 'a', (o) => {
      const template = (o as unknown as { spec: { template: { spec: { containers: object[] } } } }).spec.template;
      template.spec.containers.push({ name: 'sidecar' });
      o.metadata.managedFields = [{ manager: 'injector', fieldsV1: { 'f:spec': { 'f:x': {} } } }];
      o['status'] = { readyReplicas: 1, observedGeneration: 2 };
    });
    await h.idle();
    expect(h.cluster.take()).toEqual(['applyStatus Toy/a']);
    expect(h.toy('a').status?.['foreign']).toEqual(['StatefulSet/ns/a injector: spec.x']);
  });

  it('stops fighting somebody who always undoes it', async () => {
    const h = await ready();
    const undo = setIntervalOn(h, () => h.cluster.edit('ConfigMap', 'ns', 'a-0', (o) => (o['data'] = { value: 'mine' })));
    await undo(60);
    const writes = h.cluster.take().filter((w) => w === 'apply ConfigMap/a-0').length;
    expect(writes).toBeLessThanOrEqual(7);
    await h.idle(61_000);
    expect(h.cluster.find('ConfigMap', 'ns', 'a-0')?.['data']).toMatchObject({ value: '' });
  });
});

function setIntervalOn(h: Harness, change: () => void): (times: number) => Promise<void> {
  return async (times) => {
    for (let i = 0; i < times; i++) {
      change();
      await h.idle(200);
    }
  };
}

describe('pruning', () => {
  it('deletes what is not rendered any more', async () => {
    const h = await ready({ maps: 3 });
    h.edit('a', { maps: 1 });
    await h.idle();
    expect(h.cluster.take().sort()).toEqual(['applyStatus Toy/a', 'remove ConfigMap/a-1', 'remove ConfigMap/a-2']);
  });

  it('deletes nothing after a pass that failed', async () => {
    const h = await ready({ maps: 3 });
    h.cluster.admit = ({ verb, kind }) => {
      if (verb === 'apply' && kind === 'StatefulSet') throw apiError(500, 'InternalError');
    };
    h.edit('a', { maps: 1, value: '2' });
    await h.idle();
    expect(h.cluster.take().filter((w) => w.startsWith('remove'))).toEqual([]);
    h.cluster.admit = () => undefined;
    await h.idle(10_000);
    expect(h.cluster.take().filter((w) => w.startsWith('remove'))).toHaveLength(2);
  });

  it('deletes each but once while the cache lags', async () => {
    const h = await ready({ maps: 3 });
    h.edit('a', { maps: 1 });
    h.cluster.hold();
    await h.idle(1_000);
    h.queue.add('Toy/ns/a');
    await h.idle(6_000);
    h.queue.add('Toy/ns/a');
    await h.idle();
    expect(h.cluster.take().filter((w) => w.startsWith('remove'))).toHaveLength(2);
    h.cluster.release();
    await h.idle();
    expect(h.cluster.take().filter((w) => w.startsWith('remove'))).toEqual([]);
  });

  it('does not delete most of the children of a resource that nobody changed', async () => {
    const h = await ready({ maps: 8 });
    // As a bug of ours would: the plan shrinks, the generation stays.
    const plan = h.controller.plan.bind(h.controller);
    h.controller.plan = (object, view) => ({ ...plan(object, view), manifests: plan(object, view).manifests.slice(-1) });
    h.queue.add('Toy/ns/a');
    await h.idle();
    h.queue.add('Toy/ns/a');
    await h.idle();
    expect(h.cluster.take()).toEqual([]);
    expect(h.events.filter((e) => e === 'a PruneRefused')).toHaveLength(1);
    h.edit('a', { maps: 7 });
    await h.idle();
    expect(h.cluster.take().filter((w) => w.startsWith('remove'))).toHaveLength(9);
  });

  it('leaves the garbage collector its work, and sweeps what that cannot reach', async () => {
    const h = await ready({ binding: true });
    const binding = h.cluster.find('ClusterRoleBinding', '', 'ns-a');
    expect(binding?.metadata.labels?.[LABEL.ownerUid]).toBe(h.toy('a').metadata.uid);
    expect(binding?.metadata.ownerReferences).toBeUndefined();
    h.cluster.delete('Toy', 'ns', 'a');
    await h.idle();
    expect(h.cluster.take()).toEqual(['remove ClusterRoleBinding/ns-a']);
    expect(h.reconciler.memory.size).toBe(0);
  });

  it('waits for the children of a deleted namesake to go, and then makes its own', async () => {
    const h = await ready({ binding: true });
    h.cluster.delete('Toy', 'ns', 'a');
    h.cluster.put(toy('a', { binding: true }));
    await h.idle();
    // The binding is adopted: no garbage collector would remove it.
    expect(h.cluster.take().filter((w) => !w.startsWith('applyStatus'))).toEqual(['apply ClusterRoleBinding/ns-a']);
    for (const [kind, name] of [['ConfigMap', 'a-0'], ['Service', 'a'], ['StatefulSet', 'a']] as const) h.cluster.delete(kind, 'ns', name);
    await h.idle();
    expect(h.cluster.take().filter((w) => !w.startsWith('applyStatus'))).toEqual(CHILDREN);
    expect(h.cluster.find('ClusterRoleBinding', '', 'ns-a')?.metadata.labels?.[LABEL.ownerUid]).toBe(h.toy('a').metadata.uid);
    expect(h.toy('a').status?.['refusals']).toEqual([]);
  });

  it('does not sweep when the owner lives after all', async () => {
    const h = await ready({ binding: true });
    h.caches.own.get('Toy')?.store('ns')?.replace([], '9999');
    await h.idle();
    expect(h.cluster.take()).toEqual([]);
  });
});
