import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject, Manifest } from '../base/object.ts';
import { EventRecorder, truncateBytes } from './events.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import { Objects } from './objects.ts';
import { FakeClock, settle } from './testing/clock.ts';
import { status } from './testing/cluster.ts';
import { MemoryTransport, network } from './testing/memory.ts';

const stack: KubeObject = {
  apiVersion: 'lgtm-operator.io/v1alpha1',
  kind: 'LogStack',
  metadata: { namespace: 'team-a', name: 'logs', uid: 'u1', resourceVersion: '7' },
};
const note = { type: 'Warning', reason: 'DataLossGuard', message: 'would lose 3 days' } as const;

function bench(more: { maxQueued?: number } = {}): { recorder: EventRecorder; transport: MemoryTransport; clock: FakeClock; logged: object[]; events: () => Manifest[] } {
  const transport = new MemoryTransport();
  const clock = new FakeClock();
  const logged: object[] = [];
  const log: Log = { ...silentLog, warn: (fields) => logged.push(fields) };
  const parts = { objects: new Objects(transport), controller: 'x.io/y', instance: 'pod-1', clock, log };
  const recorder = new EventRecorder({ ...parts, ...more });
  return { recorder, transport, clock, logged, events: () => transport.cluster.list('events.k8s.io/v1/events') as Manifest[] };
}

describe('EventRecorder', () => {
  it('writes an events.k8s.io/v1 Event beside the object', async () => {
    const { recorder, events, transport } = bench();
    recorder.emit(stack, note, 'Reconcile');
    await recorder.flush();
    expect(transport.requests[0]?.path).toBe('/apis/events.k8s.io/v1/namespaces/team-a/events');
    expect(events()).toMatchObject([
      {
        metadata: { namespace: 'team-a', name: expect.stringMatching(/^logs\.[0-9a-f]{16}$/) },
        eventTime: '2026-01-01T00:00:00.000000Z',
        type: 'Warning',
        reason: 'DataLossGuard',
        action: 'Reconcile',
        note: 'would lose 3 days',
        regarding: { ...stack.metadata, kind: 'LogStack', apiVersion: stack.apiVersion },
        reportingController: 'x.io/y',
        reportingInstance: 'pod-1',
      },
    ]);
  });

  it('puts events of cluster-scoped objects into default', async () => {
    const { recorder, events } = bench();
    recorder.emit({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } }, note);
    await recorder.flush();
    expect(events()).toMatchObject([{ action: 'DataLossGuard', metadata: { namespace: 'default' } }]);
  });

  it('makes names that are valid and different, of whatever', async () => {
    const { recorder, events } = bench();
    const names = fc.sample(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a'.repeat(253), 'system:a:b', '.', 'a..b', '-.-', 'A_B')), 100);
    names.forEach((name, i) => recorder.emit({ ...stack, metadata: { name, namespace: 'n', uid: String(i) } }, note));
    await recorder.flush();
    const made = events().map((e) => e.metadata.name);
    expect(new Set(made).size).toBe(100);
    for (const name of made) {
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      expect(name.length).toBeLessThanOrEqual(253);
    }
  });

  it('sends 25 for one object at once, then one in 5 min; others are not affected', async () => {
    const { recorder, events, clock } = bench();
    for (let i = 0; i < 40; i++) recorder.emit(stack, note);
    recorder.emit({ ...stack, metadata: { ...stack.metadata, uid: 'u2' } }, note);
    await recorder.flush();
    expect(events()).toHaveLength(26);
    await clock.advance(300_000);
    for (let i = 0; i < 3; i++) recorder.emit(stack, note);
    await recorder.flush();
    expect(events()).toHaveLength(27);
  });

  it('drops, and says so, what is refused or too much; nothing is thrown, nothing waits', async () => {
    const { recorder, transport, events, logged } = bench({ maxQueued: 3 });
    transport.fault = () => status(403, 'Forbidden');
    recorder.emit(stack, note);
    await recorder.flush();
    transport.fault = () => network('Network');
    recorder.emit(stack, note);
    await recorder.flush();
    expect(logged).toHaveLength(2);
    transport.fault = () => undefined;
    for (let i = 0; i < 10; i++) recorder.emit(stack, note);
    await recorder.flush();
    expect(events()).toHaveLength(4);
    expect(logged).toHaveLength(8);
  });

  it('forgets none that is emitted just as it has finished', async () => {
    const { recorder, events } = bench();
    for (let i = 0; i < 20; i++) {
      recorder.emit(stack, note);
      for (let turn = 0; turn < i; turn++) await Promise.resolve();
    }
    await settle();
    await recorder.flush();
    expect(events()).toHaveLength(20);
  });

  it('cuts messages to 1 kB, between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 40 }), (text, max) => {
        const cut = truncateBytes(text, max);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
        expect(Buffer.byteLength(text) <= max ? cut === text : text.startsWith(cut.slice(0, -1)) && cut.endsWith('…')).toBe(true);
      }),
    );
  });
});
