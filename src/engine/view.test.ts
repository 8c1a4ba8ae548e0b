import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import type { SecretFacts } from '../base/view.ts';
import { silentLog } from '../kube/log.ts';
import { Caches } from './caches.ts';
import { Dependents, labelsDiffer, wasEdited } from './dependents.ts';
import { TOY, toy } from './testing/toy.ts';
import { RecordingView, secretOfSubject, SUBJECT } from './view.ts';

const unread = { facts: (): SecretFacts => ({ state: 'unread' }) };

describe('RecordingView', () => {
  it('remembers every question, answered or not', () => {
    const view = new RecordingView(new Caches([TOY], {}, silentLog), unread);
    expect(view.get('Toy', 'n', 'a')).toBeUndefined();
    expect(view.list('Toy')).toEqual([]);
    expect(view.list('Unknown')).toEqual([]);
    expect(view.secret('n', 's')).toEqual({ state: 'unread' });
    expect(view.namespaceLabels('n')).toBeUndefined();
    expect(view.child('Service', 'n', 'x')).toBeUndefined();
    expect([...view.subjects].sort()).toEqual([
      'child:Service/n/x', 'kind:Toy', 'kind:Unknown', 'namespace:n', 'resource:Toy/n/a', 'secret:n/s',
    ]);
    expect(view.unread).toEqual([{ namespace: 'n', name: 's' }]);
  });

  it('knows Secrets that were made just now', () => {
    const fresh: SecretFacts = { state: 'present', keys: ['a'], hash: 'h' };
    const view = new RecordingView(new Caches([TOY], {}, silentLog), unread, new Map([['n/s', fresh]]));
    expect(view.secret('n', 's')).toBe(fresh);
    expect(view.unread).toEqual([]);
  });

  it('gives labels of a namespace, none when it has none', () => {
    const caches = new Caches([TOY], {}, silentLog);
    caches.namespaces?.store('')?.upsert({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', resourceVersion: '1' } });
    expect(new RecordingView(caches, unread).namespaceLabels('n')).toEqual({});
  });
});

describe('subjects', () => {
  it('tell Secrets from others', () => {
    expect(secretOfSubject(SUBJECT.secret({ namespace: 'n', name: 's' }))).toBe('n/s');
    expect(secretOfSubject(SUBJECT.kind('secret'))).toBeUndefined();
  });
});

describe('Dependents', () => {
  it('hold what each key asked for last, and tell what nobody asks for any more', () => {
    const unasked: string[] = [];
    const dependents = new Dependents((subject) => unasked.push(subject));
    dependents.set('a', new Set(['x', 'y']));
    dependents.set('b', new Set(['x']));
    expect([...dependents.of('x')]).toEqual(['a', 'b']);
    expect(dependents.asks('a', 'y')).toBe(true);
    dependents.set('a', new Set(['z']));
    expect([...dependents.of('x')]).toEqual(['b']);
    expect([...dependents.of('z')]).toEqual(['a']);
    expect(unasked).toEqual(['y']);
    dependents.forget('a');
    dependents.forget('b');
    dependents.forget('c');
    expect(unasked).toEqual(['y', 'z', 'x']);
    expect([...dependents.of('x')]).toEqual([]);
  });
});

describe('wasEdited', () => {
  const object = (change: Partial<KubeObject['metadata']> & { status?: unknown } = {}): KubeObject => {
    const { status, ...metadata } = change;
    const base = toy('a');
    return { ...base, metadata: { ...base.metadata, generation: 1, ...metadata }, ...(status === undefined ? {} : { status }) };
  };

  it.each([
    ['generation', { generation: 2 }, true],
    ['deletion', { deletionTimestamp: 'now' }, true],
    ['labels', { labels: { a: 'b' } }, true],
    ['annotations', { annotations: { a: 'b' } }, true],
    ['no labels', { labels: {} }, false],
    ['status', { status: { a: 1 } }, false],
    ['version', { resourceVersion: '7', managedFields: [{ manager: 'x' }] }, false],
  ] as const)('looks at %s', (_what, change, edited) => {
    expect(wasEdited(object(), object(change as Partial<KubeObject['metadata']>))).toBe(edited);
  });

  it('sees a label that changed its name or value', () => {
    expect(labelsDiffer({ a: '1' }, { a: '1' })).toBe(false);
    expect(labelsDiffer({ a: '1' }, { a: '2' })).toBe(true);
    expect(labelsDiffer({ a: '1' }, { b: '1' })).toBe(true);
    expect(labelsDiffer({ a: '1', b: '1' }, { a: '1' })).toBe(true);
  });
});
