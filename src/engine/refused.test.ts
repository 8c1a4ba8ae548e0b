import { describe, expect, it } from '@jest/globals';
import { LABEL } from '../base/names.ts';
import type { OwnerReference } from '../base/object.ts';
import { apiError } from './testing/cluster.ts';
import { harness, ready, started } from './testing/setup.ts';
import { toy } from './testing/toy.ts';

describe('refusals', () => {
  it('touches nothing that is not ours', async () => {
    const h = harness();
    h.cluster.put({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'ns' } });
    h.cluster.put(toy('a'));
    const before = h.cluster.find('Service', 'ns', 'a');
    await h.start();
    // The API server has refused the one for the Service.
    expect(h.cluster.take()).toEqual(['apply ConfigMap/a-0', 'apply Service/a', 'applyStatus Toy/a']);
    expect(h.cluster.find('Service', 'ns', 'a')).toBe(before);
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
    h.edit('bad', { throws: undefined });
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
