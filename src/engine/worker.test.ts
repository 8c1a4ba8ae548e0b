import { describe, expect, it } from '@jest/globals';
import { type Log, silentLog } from '../kube/log.ts';
import { WorkQueue } from './queue.ts';
import { ControllerPanic, type Result } from './reconcile.ts';
import { FakeClock, settle } from './testing/clock.ts';
import { ORPHANS_KEY } from './triggers.ts';
import { Workers } from './worker.ts';

interface Setup {
  clock: FakeClock;
  queue: WorkQueue;
  log: string[];
  stop: AbortController;
  abort: AbortController;
  done: Promise<void>;
}

function setup(reconcile: (key: string, signal: AbortSignal) => Promise<Result>, pending?: (key: string) => Promise<void> | undefined): Setup {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock, jitter: () => 0 });
  const log: string[] = [];
  const stop = new AbortController();
  const abort = new AbortController();
  const errors: Log = { ...silentLog, error: (_fields, message) => log.push(`log ${message}`) };
  const workers = new Workers({
    queue,
    reconciler: { reconcile },
    expectations: { pending: (key) => pending?.(key) },
    orphans: {
      sweep: () => {
        log.push('sweep');
        return Promise.resolve(true);
      },
    },
    observer: {
      started: (key) => log.push(`start ${key}`),
      ended: (key, result) => log.push(`end ${key} ${result}`),
      panicked: (key) => log.push(`panic ${key}`),
    },
    log: errors,
    count: 2,
  });
  return { clock, queue, log, stop, abort, done: workers.run({ stop: stop.signal, abort: abort.signal }) };
}

describe('Workers', () => {
  it('work side by side, up to their number, one a key', async () => {
    const gates: (() => void)[] = [];
    const { queue, log, stop, done } = setup(() => new Promise((resolve) => gates.push(() => resolve({ again: 'no' }))));
    for (const key of ['a', 'b', 'c', 'a']) queue.add(key);
    await settle();
    queue.add('a');
    await settle();
    expect(log).toEqual(['start a', 'start b']);
    for (let gate = gates.shift(); gate !== undefined; gate = gates.shift()) {
      gate();
      await settle();
    }
    expect(log.filter((line) => line.startsWith('start'))).toEqual(['start a', 'start b', 'start c', 'start a']);
    stop.abort();
    await done;
  });

  it('do as they are told about the next time', async () => {
    const results: Result[] = [{ again: 'later', ms: 500 }, { again: 'backoff' }, { again: 'no' }];
    const { clock, queue, log, stop, done } = setup(() => Promise.resolve(results.shift() ?? { again: 'no' }));
    queue.add('a');
    await clock.advance(499);
    expect(log).toEqual(['start a', 'end a requeue_after']);
    await clock.advance(1);
    await clock.advance(50);
    await clock.advance(100_000);
    expect(log.filter((line) => line.startsWith('end'))).toEqual(['end a requeue_after', 'end a requeue', 'end a success']);
    stop.abort();
    await done;
  });

  it('survive whatever is thrown, and try again', async () => {
    const errors: Error[] = [new Error('x'), new ControllerPanic('y'), new TypeError('z')];
    const { clock, queue, log, stop, done } = setup(() => {
      const error = errors.shift();
      return error === undefined ? Promise.resolve({ again: 'no' }) : Promise.reject(error);
    });
    queue.add('a');
    await clock.advance(1_000);
    expect(log.filter((line) => !line.startsWith('start'))).toEqual([
      'log reconciling failed, trying again', 'end a error',
      'panic a', 'log a bug of the operator', 'end a error',
      'log reconciling failed, trying again', 'end a error',
      'end a success',
    ]);
    stop.abort();
    await done;
  });

  it('put a key aside that waits for the cache, and let others pass', async () => {
    const gate = Promise.withResolvers<void>();
    let seen = false;
    void gate.promise.then(() => (seen = true));
    const { queue, log, stop, done } = setup(
      () => Promise.resolve({ again: 'no' }),
      (key) => (key === 'a' && !seen ? gate.promise : undefined),
    );
    queue.add('a');
    queue.add('b', { priority: -100 });
    await settle();
    queue.add('a', { priority: 0 });
    await settle();
    expect(log).toEqual(['start b', 'end b success']);
    gate.resolve();
    await settle();
    expect(log.slice(2)).toEqual(['start a', 'end a success']);
    stop.abort();
    await done;
  });

  it('sweep orphans by a key of its own', async () => {
    const { queue, log, stop, done } = setup(() => Promise.resolve({ again: 'no' }));
    queue.add(ORPHANS_KEY);
    await settle();
    expect(log).toEqual(['start orphans', 'sweep', 'end orphans success']);
    stop.abort();
    await done;
  });

  it('end what is under way before they stop, or as soon as it is aborted, quietly', async () => {
    const { queue, log, stop, abort, done } = setup(
      (_key, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    queue.add('a');
    await settle();
    stop.abort();
    await settle();
    expect(log).toEqual(['start a']);
    abort.abort();
    await done;
    expect(log).toEqual(['start a', 'end a error']);
  });
});
