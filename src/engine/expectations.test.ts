import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import { silentLog } from '../kube/log.ts';
import { Caches } from './caches.ts';
import { Expectations } from './expectations.ts';
import { FakeClock, settle } from './testing/clock.ts';
import { TOY } from './testing/toy.ts';

const map = (version: string): KubeObject => ({
  apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n', uid: 'u', resourceVersion: version },
});

const never = new AbortController().signal;

function setup(): { clock: FakeClock; caches: Caches; expectations: Expectations } {
  const clock = new FakeClock();
  const caches = new Caches([TOY], {}, silentLog);
  return { clock, caches, expectations: new Expectations(caches, clock) };
}

/** Whether a promise has been fulfilled by now. */
async function isDone(promise: Promise<void> | undefined): Promise<boolean> {
  let done = false;
  void promise?.then(() => (done = true));
  await settle();
  return done;
}

describe('Expectations', () => {
  it('let a key run that has written nothing, or nothing that is not seen already', () => {
    const { caches, expectations } = setup();
    expect(expectations.pending('k', never)).toBeUndefined();
    caches.storeOf('ConfigMap', 'n')?.bookmark('10');
    expectations.record('k', map('10'));
    expect(expectations.pending('k', never)).toBeUndefined();
    expect(expectations.size).toBe(0);
  });

  it('wait for the event of a write, or for a bookmark beyond it', async () => {
    const { caches, clock, expectations } = setup();
    expectations.record('k', map('11'));
    expectations.record('k', { ...map('12'), kind: 'Service' });
    const pending = expectations.pending('k', never);
    caches.storeOf('ConfigMap', 'n')?.upsert(map('11'));
    expect(await isDone(pending)).toBe(false);
    caches.storeOf('Service', 'n')?.bookmark('20');
    expect(await isDone(pending)).toBe(true);
    expect(expectations.pending('k', never)).toBeUndefined();
    expect(clock.pending).toBe(0);
    expect(expectations.size).toBe(0);
  });

  it('wait for five seconds from the last write', async () => {
    const { clock, expectations } = setup();
    expectations.record('k', map('11'));
    await clock.advance(3_000);
    expectations.record('k', map('12'));
    const pending = expectations.pending('k', never);
    await clock.advance(4_999);
    expect(await isDone(pending)).toBe(false);
    await clock.advance(1);
    expect(await isDone(pending)).toBe(true);
    expect(expectations.pending('k', never)).toBeUndefined();
  });

  it('do not outlast a stop', async () => {
    const { clock, expectations } = setup();
    const stop = new AbortController();
    expectations.record('k', map('11'));
    const pending = expectations.pending('k', stop.signal);
    stop.abort();
    expect(await isDone(pending)).toBe(true);
    expect(clock.pending).toBe(0);
    expectations.forget('k');
    expect(expectations.size).toBe(0);
  });

  it('ignore kinds that are not watched', () => {
    const { expectations } = setup();
    expectations.record('k', { ...map('11'), kind: 'Unknown' });
    expect(expectations.size).toBe(0);
  });
});
