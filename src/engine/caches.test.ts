import { describe, expect, it } from '@jest/globals';
import { LABEL } from '../base/names.ts';
import type { KubeObject } from '../base/object.ts';
import { silentLog } from '../kube/log.ts';
import { Caches, controllerOf, ownerUidOf } from './caches.ts';
import { CacheObserved } from './observed.ts';
import { TOY } from './testing/toy.ts';

const object = (kind: string, namespace: string, name: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(namespace === '' ? {} : { namespace }), uid: `${kind}-${namespace}-${name}`, resourceVersion: '1', ...metadata },
});

const owned = (uid: string): Partial<KubeObject['metadata']> => ({
  ownerReferences: [
    { apiVersion: 'x/v1', kind: 'Bystander', name: 'b', uid: 'bystander' },
    { apiVersion: 'lgtm-operator.io/v1alpha1', kind: 'Toy', name: 't', uid, controller: true },
  ],
});

describe('owners', () => {
  it('are found by reference, else by label', () => {
    expect(controllerOf(object('ConfigMap', 'n', 'a', owned('u')))?.uid).toBe('u');
    expect(ownerUidOf(object('ConfigMap', 'n', 'a', owned('u')))).toBe('u');
    expect(ownerUidOf(object('ClusterRoleBinding', '', 'a', { labels: { [LABEL.ownerUid]: 'v' } }))).toBe('v');
    expect(ownerUidOf(object('ConfigMap', 'n', 'a'))).toBeUndefined();
  });
});

describe('Caches', () => {
  it('keep one store for all namespaces', () => {
    const caches = new Caches([TOY], {}, silentLog);
    caches.storeOf('ConfigMap', 'x')?.upsert(object('ConfigMap', 'x', 'a', owned('u')));
    caches.storeOf('Service', 'y')?.upsert(object('Service', 'y', 'b', owned('u')));
    caches.storeOf('ClusterRoleBinding', '')?.upsert(object('ClusterRoleBinding', '', 'c', { labels: { [LABEL.ownerUid]: 'u' } }));
    expect(caches.childrenOf('u').map((o) => o.metadata.name).sort()).toEqual(['a', 'b', 'c']);
    expect(caches.child({ kind: 'ConfigMap', namespace: 'x', name: 'a' })).toBeDefined();
    expect(caches.covers('anything')).toBe(true);
    expect(caches.isSynced).toBe(false);
  });

  it('keep one store a namespace when there is a list of them, each with its own history', () => {
    const caches = new Caches([TOY], { namespaces: ['x', 'y'], clusterScoped: false }, silentLog);
    caches.storeOf('ConfigMap', 'x')?.upsert(object('ConfigMap', 'x', 'a', { ...owned('u'), resourceVersion: '100' }));
    caches.storeOf('ConfigMap', 'y')?.upsert(object('ConfigMap', 'y', 'a', { ...owned('u'), resourceVersion: '5' }));
    expect(caches.storeOf('ConfigMap', 'y')?.reached('50')).toBe(false);
    expect(caches.childrenOf('u')).toHaveLength(2);
    expect(caches.storeOf('ConfigMap', 'z')).toBeUndefined();
    expect(caches.child({ kind: 'ConfigMap', namespace: 'z', name: 'a' })).toBeUndefined();
    expect(caches.covers('z')).toBe(false);
    expect(caches.namespaces).toBeUndefined();
    expect(caches.children.has('ClusterRoleBinding')).toBe(false);
  });

  it('list their own kinds by namespace and name, over all stores', () => {
    const caches = new Caches([TOY], { namespaces: ['y', 'x'] }, silentLog);
    const toys = caches.own.get('Toy');
    for (const [namespace, name] of [['y', 'b'], ['x', 'c'], ['y', 'a']] as const) {
      caches.storeOf('Toy', namespace)?.upsert(object('Toy', namespace, name));
    }
    const names = (): string[] | undefined => toys?.sorted().map((o) => `${o.metadata.namespace}/${o.metadata.name}`);
    expect(names()).toEqual(['x/c', 'y/a', 'y/b']);
    expect(toys?.sorted()).toBe(toys?.sorted());
    caches.storeOf('Toy', 'x')?.remove(object('Toy', 'x', 'c', { resourceVersion: '2' }));
    expect(names()).toEqual(['y/a', 'y/b']);
    expect(toys?.byUid('Toy-y-a')?.metadata.name).toBe('a');
    expect(caches.ownerExists('Toy-y-a')).toBe(true);
    expect(caches.ownerExists('nobody')).toBe(false);
  });
});

describe('CacheObserved', () => {
  it('finds pods by their labels, within the namespace', () => {
    const caches = new Caches([TOY], {}, silentLog);
    const pod = (namespace: string, name: string, labels: Record<string, string>): void =>
      caches.pods.store(namespace)?.upsert(object('Pod', namespace, name, { labels }));
    pod('n', 'a', { [LABEL.instance]: 'i', [LABEL.component]: 'x' });
    pod('n', 'b', { [LABEL.instance]: 'i', [LABEL.component]: 'y' });
    pod('m', 'c', { [LABEL.instance]: 'i', [LABEL.component]: 'x' });
    const observed = new CacheObserved(caches, new Map());
    const names = (labels: Record<string, string>): string[] => observed.pods('n', labels).map((o) => o.metadata.name);
    expect(names({ [LABEL.instance]: 'i' })).toEqual(['a', 'b']);
    expect(names({ [LABEL.instance]: 'i', [LABEL.component]: 'x' })).toEqual(['a']);
    expect(names({ [LABEL.component]: 'y' })).toEqual(['b']);
    expect(names({ [LABEL.instance]: 'other' })).toEqual([]);
    expect(observed.claims('n', { [LABEL.instance]: 'i' })).toEqual([]);
  });

  it('prefers what was written in this pass', () => {
    const caches = new Caches([TOY], {}, silentLog);
    caches.storeOf('Service', 'n')?.upsert(object('Service', 'n', 'a'));
    const fresh = object('Service', 'n', 'a', { resourceVersion: '9' });
    const observed = new CacheObserved(caches, new Map([['Service/n/a', fresh]]));
    expect(observed.child('Service', 'n', 'a')).toBe(fresh);
    expect(new CacheObserved(caches, new Map()).child('Service', 'n', 'a')?.metadata.resourceVersion).toBe('1');
  });
});
