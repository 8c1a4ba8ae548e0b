import { describe, expect, it } from '@jest/globals';
import { LABEL, MANAGER } from '../base/names.ts';
import type { KubeObject, Manifest } from '../base/object.ts';
import type { Refusal } from './controller.ts';
import { fenced } from './fence.ts';
import { ownerKeyOf, parseKey } from './keys.ts';
import { type Attempt, Memory } from './memory.ts';
import { whyNotOurs } from './ownership.ts';
import { refusalOf } from './refusals.ts';
import { stamped, stampOf } from './stamp.ts';
import { apiError } from './testing/cluster.ts';
import { harness } from './testing/setup.ts';
import { toy } from './testing/toy.ts';
import { eachLimited, waves } from './waves.ts';

const manifest = (kind: string, name: string, namespace?: string, labels: Record<string, string> = {}): Manifest => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, labels, ...(namespace === undefined ? {} : { namespace }) },
});

const owner: KubeObject = { ...toy('a'), metadata: { name: 'a', namespace: 'ns', uid: 'u' } };

describe('stamped', () => {
  it('owns by reference within the namespace', () => {
    const { metadata } = stamped(owner, manifest('ConfigMap', 'c', 'ns', { x: 'y' }));
    expect(metadata.ownerReferences).toEqual([expect.objectContaining({ uid: 'u', controller: true, blockOwnerDeletion: true })]);
    expect(metadata.labels).toEqual({ x: 'y' });
  });

  it.each([['another namespace', 'other'], ['none', undefined]])('owns by labels in %s', (_what, namespace) => {
    const { metadata } = stamped(owner, manifest('ClusterRoleBinding', 'c', namespace, { x: 'y' }));
    expect(metadata.ownerReferences).toBeUndefined();
    expect(metadata.labels).toEqual({ x: 'y', [LABEL.ownerKind]: 'Toy', [LABEL.ownerUid]: 'u', [LABEL.ownerNamespace]: 'ns' });
  });

  it('has a hash of everything but itself, whatever the order of keys', () => {
    const hash = (data: Record<string, string>): string => stampOf(stamped(owner, { ...manifest('ConfigMap', 'c', 'ns'), data }));
    expect(hash({ a: '1', b: '2' })).toBe(hash({ b: '2', a: '1' }));
    expect(hash({ a: '1' })).not.toBe(hash({ a: '1', b: '' }));
    const rendered = manifest('ConfigMap', 'c', 'ns');
    expect(stampOf(rendered)).toBe('');
    stamped(owner, rendered);
    expect(stampOf(rendered)).toBe('');
  });
});

describe('whyNotOurs', () => {
  const ours = { [LABEL.managedBy]: MANAGER };
  const lives = (uid: string): boolean => uid === 'alive';
  const why = (labels: Record<string, string>): string | undefined => whyNotOurs(manifest('Service', 's', 'ns', labels), owner, lives);

  it('adopts what is labelled ours and owned by nobody that lives', () => {
    expect(why(ours)).toBeUndefined();
    expect(why({ ...ours, [LABEL.ownerUid]: 'u' })).toBeUndefined();
    expect(why({ ...ours, [LABEL.ownerUid]: 'dead' })).toBeUndefined();
  });

  it('knows its own by the UID, whatever became of the other labels', () => {
    expect(why({ [LABEL.managedBy]: 'Helm', [LABEL.ownerUid]: 'u' })).toBeUndefined();
  });

  it('leaves the rest alone', () => {
    expect(why({})).toContain('not managed by');
    expect(why({ [LABEL.managedBy]: 'Helm' })).toContain('not managed by');
    const other = { [LABEL.ownerUid]: 'alive', [LABEL.ownerKind]: 'Toy', [LABEL.ownerNamespace]: 'ns', [LABEL.instance]: 'b' };
    expect(why({ ...ours, ...other })).toBe('it belongs to Toy ns/b');
  });
});

describe('refusalOf', () => {
  const ref = { kind: 'Service', namespace: 'ns', name: 's' };

  it.each([
    [422, 'Invalid', 'spec.x: Required value', 'Invalid'],
    [400, 'BadRequest', 'admission webhook "x" denied the request', 'Invalid'],
    [413, 'RequestEntityTooLarge', 'too large', 'Invalid'],
    [500, 'InternalError', 'failed to create typed patch object (ns/s; v1): .spec.foo: field not declared in schema', 'Invalid'],
    [500, 'InternalError', 'etcdserver: request is too large', 'Invalid'],
    [403, 'Forbidden', 'exceeded quota', 'Forbidden'],
    [422, 'Invalid', 'spec.selector: Invalid value: {}: field is immutable', 'Immutable'],
    [422, 'Invalid', 'spec.clusterIPs[0]: Invalid value: may not change once set', 'Immutable'],
    [422, 'Invalid', 'roleRef: Invalid value: cannot change roleRef', 'Immutable'],
  ] as const)('takes %i %s "%s" for %s', (status, reason, message, expected) => {
    expect(refusalOf(apiError(status, reason, message), ref)).toEqual({ ref, reason: expected, message });
  });

  it('quotes immutable fields from the details', () => {
    const details = { causes: [{ field: 'spec.selector', message: 'field is immutable' }, { field: 'spec.selector' }] };
    expect(refusalOf(apiError(422, 'Invalid', 'invalid', details), ref)).toEqual({ ref, reason: 'Immutable', message: 'invalid (spec.selector)' });
  });

  it.each([apiError(500, 'InternalError', 'failed calling webhook'), apiError(409, 'Conflict'), apiError(404, 'NotFound'), apiError(0, 'Network'), new Error('x'), 'x'])(
    'takes no other for one',
    (error) => {
      expect(refusalOf(error, ref)).toBeUndefined();
    },
  );
});

describe('waves', () => {
  it('put what others need first, and what nobody knows last', () => {
    const kinds = ['Ingress', 'StatefulSet', 'Service', 'ConfigMap', 'Strange', 'ServiceAccount', 'PodDisruptionBudget', 'DaemonSet'];
    expect(waves(kinds.map((kind) => manifest(kind, 'x'))).map((wave) => wave.map(({ kind }) => kind))).toEqual([
      ['ConfigMap', 'ServiceAccount'],
      ['Service', 'PodDisruptionBudget'],
      ['StatefulSet', 'DaemonSet'],
      ['Ingress', 'Strange'],
    ]);
    expect(waves([])).toEqual([]);
  });
});

describe('eachLimited', () => {
  it('never runs more than the limit, runs all, and passes on the first failure', async () => {
    let now = 0;
    let most = 0;
    const ran: number[] = [];
    const work = async (i: number): Promise<void> => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      ran.push(i);
      if (i === 3 || i === 7) throw new Error(`item ${i}`);
    };
    await expect(eachLimited(Array.from({ length: 20 }, (_, i) => i), 4, work)).rejects.toThrow('item 3');
    expect(most).toBe(4);
    expect(ran).toHaveLength(20);
    await eachLimited([], 4, work);
  });
});

describe('Memory', () => {
  const ref = { kind: 'Service', namespace: 'ns', name: 's' };
  const attempt: Attempt = { ref, hash: 'h', uid: 'u' };
  const refusal: Refusal = { ref, reason: 'Invalid', message: 'm' };

  it('keeps a refusal for the same attempt, for a minute', () => {
    const memory = new Memory();
    expect(memory.refuse('k', attempt, refusal, 0)).toBe(60_000);
    expect(memory.refusal('k', attempt, 1_000)).toEqual({ refusal, ms: 59_000 });
    expect(memory.refusal('k', { ...attempt, hash: 'other' }, 1_000)).toBeUndefined();
    expect(memory.refusal('k', { ...attempt, uid: 'other' }, 1_000)).toBeUndefined();
    expect(memory.refusal('other', attempt, 1_000)).toBeUndefined();
    expect(memory.refusal('k', attempt, 60_000)).toBeUndefined();
    memory.forgive('k');
    expect(memory.refusal('k', attempt, 1_000)).toBeUndefined();
  });

  it('expects just the rewriting that it has seen', () => {
    const memory = new Memory();
    memory.rewrite('k', attempt, [{ path: 'a', rendered: 1, live: 2 }, { path: 'b', rendered: 1, live: undefined }]);
    expect(memory.expects('k', attempt, [{ path: 'a', rendered: 1, live: 2 }])).toBe(true);
    expect(memory.expects('k', attempt, [{ path: 'b', rendered: 1, live: undefined }])).toBe(true);
    expect(memory.expects('k', attempt, [{ path: 'a', rendered: 1, live: 3 }])).toBe(false);
    expect(memory.expects('k', attempt, [{ path: 'c', rendered: 1, live: 2 }])).toBe(false);
    expect(memory.expects('k', { ...attempt, hash: 'x' }, [{ path: 'a', rendered: 1, live: 2 }])).toBe(false);
  });

  it('leaves a child alone after six repairs in a minute, until the minute is over', () => {
    const memory = new Memory();
    for (let i = 0; i < 6; i++) expect(memory.repair('k', ref, i * 1_000)).toBe(0);
    expect(memory.repair('k', ref, 10_000)).toBe(50_000);
    expect(memory.repair('k', ref, 60_000)).toBe(0);
  });

  it('keeps nothing of what is over', () => {
    const memory = new Memory();
    memory.refuse('k', attempt, refusal, 0);
    memory.succeed('k', ref);
    expect(memory.size).toBe(0);
    memory.refuse('k', attempt, refusal, 0);
    memory.keepOnly('k', new Set(['Service/ns/other']));
    expect(memory.size).toBe(0);
    memory.refuse('k', attempt, refusal, 0);
    memory.forget('k');
    expect(memory.size).toBe(0);
  });
});

describe('keys', () => {
  it('name resources', () => {
    expect(parseKey('Toy/ns/a')).toEqual({ kind: 'Toy', namespace: 'ns', name: 'a' });
  });

  it('are found by reference of our group, else by labels', () => {
    expect(ownerKeyOf(stamped(owner, manifest('ConfigMap', 'c', 'ns')))).toBe('Toy/ns/a');
    const labels = { [LABEL.instance]: 'a' };
    expect(ownerKeyOf(stamped(owner, manifest('ClusterRoleBinding', 'c', undefined, labels)))).toBe('Toy/ns/a');
    expect(ownerKeyOf(manifest('Pod', 'p', 'ns', { ...labels, [LABEL.ownerKind]: 'Toy' }))).toBe('Toy/ns/a');
    expect(ownerKeyOf(manifest('Pod', 'p', 'ns', labels))).toBeUndefined();
    const replicaSet = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r', controller: true };
    const pod = manifest('Pod', 'p', 'ns', { ...labels, [LABEL.ownerKind]: 'Toy' });
    expect(ownerKeyOf({ ...pod, metadata: { ...pod.metadata, ownerReferences: [replicaSet] } })).toBe('Toy/ns/a');
  });
});

describe('fenced', () => {
  it('sends no write while somebody else leads', async () => {
    const { cluster } = harness();
    let leads = false;
    const objects = fenced(cluster, () => leads);
    const type = { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true };
    const service = manifest('Service', 's', 'ns');
    const writes = [
      () => objects.apply(type, service, { manager: 'm' }),
      () => objects.applyStatus(type, service, { manager: 'm' }),
      () => objects.create(type, service),
      () => objects.remove(type, { namespace: 'ns', name: 's' }),
    ];
    for (const write of writes) await expect(write()).rejects.toMatchObject({ reason: 'Aborted' });
    expect(cluster.requests).toEqual([]);
    leads = true;
    await objects.create(type, service);
    expect(await objects.getMetadata(type, { namespace: 'ns', name: 's' })).toBeDefined();
    expect((await objects.get(type, { namespace: 'ns', name: 's' })).kind).toBe('Service');
  });
});
