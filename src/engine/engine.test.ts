import { afterEach, describe, expect, it } from '@jest/globals';
import { LABEL, MANAGER } from '../base/names.ts';
import type { OwnerReference } from '../base/object.ts';
import type { AnyObject } from './testing/cluster.ts';
import { apiError } from './testing/cluster.ts';
import { Harness } from './testing/harness.ts';
import { toy, type ToySpec } from './testing/toy.ts';

let harness: Harness | undefined;

afterEach(async () => {
  await harness?.stop();
});

async function started(...toys: [string, ToySpec?][]): Promise<Harness> {
  harness = new Harness();
  for (const [name, spec] of toys) harness.cluster.put(toy(name, spec));
  await harness.start();
  return harness;
}

/** With one stack that is ready and quiet. */
async function ready(spec: ToySpec = {}): Promise<Harness> {
  const h = await started(['a', spec]);
  h.makeReady('a');
  await h.idle();
  h.cluster.take();
  return h;
}

const CHILDREN = ['apply ConfigMap/a-0', 'apply Service/a', 'apply StatefulSet/a'];

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

  it('does not sweep when the owner lives after all', async () => {
    const h = await ready({ binding: true });
    h.caches.own.get('Toy')?.store('ns')?.replace([], '9999');
    await h.idle();
    expect(h.cluster.take()).toEqual([]);
  });
});

describe('refusals', () => {
  it('touches nothing that is not ours', async () => {
    harness = new Harness();
    const h = harness;
    h.cluster.put({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'ns' } });
    h.cluster.put(toy('a'));
    await h.start();
    expect(h.cluster.take()).toEqual(['apply ConfigMap/a-0', 'applyStatus Toy/a']);
    expect(h.toy('a').status?.['refusals']).toEqual([
      'Service/ns/a NameTaken: Service a exists, and it is not managed by lgtm-operator; remove or rename it',
    ]);
    h.cluster.delete('Service', 'ns', 'a');
    await h.idle(61_000);
    expect(h.cluster.take().filter((w) => w.startsWith('apply '))).toEqual(['apply Service/a', 'apply StatefulSet/a']);
  });

  it('leaves a child of another owner alone, one of ours or not', async () => {
    const h = await ready();
    const ownedBy = async (owner: OwnerReference): Promise<unknown> => {
      h.cluster.edit('ConfigMap', 'ns', 'a-0', (o) => (o.metadata.ownerReferences = [owner]));
      h.queue.add('Toy/ns/a');
      await h.idle();
      return h.toy('a').status?.['refusals'];
    };
    const other = { apiVersion: 'x/v1', kind: 'Other', name: 'o', uid: 'other', controller: true };
    const exists = 'ConfigMap/ns/a-0 NameTaken: ConfigMap a-0 exists, and it';
    expect(await ownedBy(other)).toEqual([`${exists} belongs to Other o`]);
    expect(await ownedBy({ ...other, kind: 'Toy', name: 'b' })).toEqual([`${exists} belongs to Toy b`]);
    expect(await ownedBy({ ...other, kind: 'Toy', name: 'a' })).toEqual([`${exists} still belongs to a deleted Toy of this name, and goes away with it`]);
    expect(h.cluster.take().filter((w) => w.startsWith('apply '))).toEqual([]);
  });

  it('says what was invalid, and does not try again until something changes', async () => {
    const h = await ready();
    h.cluster.admit = ({ verb, kind }) => {
      if (verb === 'apply' && kind === 'ConfigMap') throw apiError(422, 'Invalid', 'data: too bad');
    };
    h.edit('a', { value: '2' });
    await h.idle();
    for (let i = 0; i < 5; i++) {
      h.makeReady('a');
      h.queue.add('Toy/ns/a');
      await h.idle(300);
    }
    expect(h.cluster.take().filter((w) => w.startsWith('apply '))).toEqual(['apply ConfigMap/a-0']);
    expect(h.toy('a').status?.['refusals']).toEqual(['ConfigMap/ns/a-0 Invalid: data: too bad']);
    h.cluster.admit = () => undefined;
    h.edit('a', { value: '3' });
    await h.idle();
    expect(h.cluster.take().filter((w) => w.startsWith('apply '))).toEqual(['apply ConfigMap/a-0', 'apply StatefulSet/a']);
    expect(h.toy('a').status?.['refusals']).toEqual([]);
  });

  it('tries again after a minute, for the reason may lie elsewhere', async () => {
    const h = await started(['a']);
    h.cluster.take();
    h.cluster.admit = ({ verb, kind }) => {
      if (verb === 'apply' && kind === 'ConfigMap') throw apiError(403, 'Forbidden', 'exceeded quota');
    };
    h.cluster.delete('ConfigMap', 'ns', 'a-0');
    await h.idle(30_000);
    expect(h.cluster.take().filter((w) => w.startsWith('apply '))).toEqual(['apply ConfigMap/a-0']);
    h.cluster.admit = () => undefined;
    await h.idle(40_000);
    expect(h.cluster.take()).toEqual(['apply ConfigMap/a-0', 'applyStatus Toy/a']);
  });

  it('names an immutable field', async () => {
    const h = await ready();
    const message = 'StatefulSet.apps "a" is invalid: spec: Forbidden: updates to statefulset spec for fields other than replicas are forbidden';
    h.cluster.admit = ({ verb, kind }) => {
      if (verb === 'apply' && kind === 'StatefulSet') throw apiError(422, 'Invalid', message, { causes: [{ field: 'spec', message: 'Forbidden' }] });
    };
    h.edit('a', { value: '2' });
    await h.idle();
    expect(h.toy('a').status?.['refusals']).toEqual([`StatefulSet/ns/a Immutable: ${message} (spec)`]);
  });

  it('does not fight a webhook', async () => {
    const h = await ready();
    h.cluster.admit = ({ verb, kind, body }) => {
      if (verb === 'apply' && kind === 'ConfigMap' && body !== undefined) body['data'] = { value: 'hooked' };
    };
    h.edit('a', { value: '2' });
    await h.idle();
    for (let i = 0; i < 3; i++) {
      h.queue.add('Toy/ns/a');
      await h.idle();
    }
    expect(h.cluster.take().filter((w) => w === 'apply ConfigMap/a-0')).toHaveLength(1);
    expect(h.toy('a').status?.['foreign']).toEqual(['ConfigMap/ns/a-0 admission: data.value']);
    h.cluster.edit('ConfigMap', 'ns', 'a-0', (o) => (o['data'] = { value: 'somebody else' }));
    await h.idle();
    expect(h.cluster.take().filter((w) => w === 'apply ConfigMap/a-0')).toHaveLength(1);
  });
});

describe('failures', () => {
  it('are tried again with backoff, and told in the status so far', async () => {
    const h = await started();
    let failures = 3;
    h.cluster.admit = ({ verb, kind }) => {
      if (verb === 'apply' && kind === 'Service' && failures-- > 0) throw apiError(500, 'InternalError', 'webhook down');
    };
    h.cluster.put(toy('a'));
    await h.idle(3_000);
    expect(h.cluster.take()).toEqual([
      'apply ConfigMap/a-0', 'apply Service/a', 'applyStatus Toy/a', 'apply Service/a', 'apply Service/a', 'apply Service/a', 'apply StatefulSet/a',
    ]);
    expect(await h.metric('controller_runtime_reconcile_errors_total', { controller: 'toy' })).toBe(3);
    expect(await h.metric('controller_runtime_reconcile_total', { controller: 'toy', result: 'error' })).toBe(3);
  });

  it.each(['plan', 'status'] as const)('survive a %s that throws, which is counted and logged', async (throws) => {
    const h = await started(['bad', { throws }], ['good']);
    await h.idle(1_000);
    expect(h.toy('good').status).toBeDefined();
    expect(h.toy('bad').status).toBeUndefined();
    expect(await h.metric('controller_runtime_reconcile_panics_total', { controller: 'toy' })).toBeGreaterThan(1);
    expect(h.logged.some(({ message }) => message === 'a bug of the operator')).toBe(true);
    h.edit('bad', { throws: undefined } as unknown as ToySpec);
    await h.idle();
    expect(h.toy('bad').status).toBeDefined();
  });

  it('of the status write for a namesake are no errors', async () => {
    const h = await ready();
    h.cluster.hold();
    const before = h.toy('a').metadata.uid;
    h.cluster.delete('Toy', 'ns', 'a');
    h.cluster.put(toy('a'));
    h.caches.pods.store('ns')?.upsert({
      apiVersion: 'v1', kind: 'Pod',
      metadata: { name: 'p', namespace: 'ns', uid: 'p', resourceVersion: '9000', labels: { [LABEL.instance]: 'a', [LABEL.ownerKind]: 'Toy' } },
    });
    await h.idle(200);
    expect(h.cluster.take()).toContain('applyStatus Toy/a');
    expect(h.toy('a').metadata.uid).not.toBe(before);
    expect(h.toy('a').status).toBeUndefined();
    expect(await h.metric('controller_runtime_reconcile_errors_total', { controller: 'toy' })).toBe(0);
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

describe('references', () => {
  it('wake those who asked, when what they asked for changes', async () => {
    const h = await started(['a', { peer: 'b' }], ['b', { value: '1' }], ['c']);
    const value = (): unknown => (h.cluster.find('ConfigMap', 'ns', 'a-0') as AnyObject)['data'];
    expect(value()).toMatchObject({ peer: '1' });
    h.edit('b', { value: '2' });
    await h.idle();
    expect(value()).toMatchObject({ peer: '2' });
    h.cluster.delete('Toy', 'ns', 'b');
    await h.idle();
    expect(value()).toMatchObject({ peer: '' });
  });

  it('wake those who listed', async () => {
    const h = await started(['a', { counts: true }]);
    h.cluster.put(toy('b'));
    await h.idle();
    expect(h.cluster.find('ConfigMap', 'ns', 'a-0')?.['data']).toMatchObject({ count: '2' });
  });

  it('to Secrets are read once a version, and only while somebody asks', async () => {
    const h = await started(['a', { secret: 's' }]);
    expect(h.cluster.find('StatefulSet', 'ns', 'a')).toBeUndefined();
    h.cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'ns' }, data: { k: 'dg==' } } as unknown as AnyObject);
    await h.idle();
    const hash = (): unknown => JSON.stringify(h.cluster.find('StatefulSet', 'ns', 'a')?.['spec']);
    const first = hash();
    expect(first).toContain('"secret"');
    h.queue.add('Toy/ns/a');
    await h.idle();
    expect(h.cluster.requests.filter(({ verb }) => verb === 'get')).toHaveLength(1);
    h.cluster.edit('Secret', 'ns', 's', (o) => (o['data'] = { k: 'dw==' }));
    await h.idle();
    expect(hash()).not.toBe(first);
    expect(h.cluster.requests.filter(({ verb }) => verb === 'get')).toHaveLength(2);
  });
});

describe('generated Secrets', () => {
  it('are made once, and known to the plan in the same pass', async () => {
    const h = await started(['a', { generated: 'pw', hashed: true }]);
    expect(h.cluster.take()).toEqual(['create Secret/pw', ...CHILDREN, 'applyStatus Toy/a']);
    const password = h.cluster.find('Secret', 'ns', 'pw')?.['data'];
    expect(Buffer.from((password as { password: string }).password, 'base64').toString()).toMatch(/^[A-Za-z0-9]{32}$/);
    await h.idle();
    expect(h.cluster.take()).toEqual([]);
  });

  it('survive the resource, and serve the next one of its name', async () => {
    const h = await ready({ generated: 'pw' });
    const before = h.cluster.find('Secret', 'ns', 'pw');
    for (const [kind, name] of [['Toy', 'a'], ['ConfigMap', 'a-0'], ['Service', 'a'], ['StatefulSet', 'a']] as const) h.cluster.delete(kind, 'ns', name);
    await h.idle();
    h.cluster.put(toy('a', { generated: 'pw' }));
    await h.idle();
    expect(h.cluster.find('Secret', 'ns', 'pw')).toEqual(before);
    expect(h.cluster.take()).not.toContain('create Secret/pw');
  });

  it('are read when they exist although the cache does not show them', async () => {
    const h = await started();
    h.cluster.hold();
    h.cluster.put(toy('a', { generated: 'pw' }));
    const labels = { [LABEL.managedBy]: MANAGER };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pw', namespace: 'ns', labels }, data: { password: 'eA==' } };
    h.cluster.put(secret);
    h.caches.own.get('Toy')?.store('ns')?.upsert(structuredClone(h.cluster.find('Toy', 'ns', 'a') as AnyObject));
    await h.idle();
    expect(h.cluster.take().slice(0, 2)).toEqual(['create Secret/pw', 'apply ConfigMap/a-0']);
    expect(h.cluster.find('Secret', 'ns', 'pw')?.['data']).toEqual({ password: 'eA==' });
  });

  it('are never overwritten: a missing key, or a foreign Secret, is said', async () => {
    const h = await ready({ generated: 'pw' });
    h.cluster.edit('Secret', 'ns', 'pw', (o) => (o['data'] = { other: 'eA==' }));
    await h.idle();
    expect(h.toy('a').status?.['refusals']).toEqual([expect.stringContaining('Secret/ns/pw Invalid: Secret pw lacks password')]);
    h.cluster.edit('Secret', 'ns', 'pw', (o) => (o.metadata.labels = {}));
    await h.idle();
    expect(h.toy('a').status?.['refusals']).toEqual([expect.stringContaining('Secret/ns/pw NameTaken')]);
    expect(h.cluster.find('Secret', 'ns', 'pw')?.['data']).toEqual({ other: 'eA==' });
  });
});
