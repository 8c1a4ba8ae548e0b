import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Item, WorkQueue } from './queue.ts';
import { FakeClock, settle } from './testing/clock.ts';

const never = new AbortController().signal;

function setup(): { clock: FakeClock; queue: WorkQueue; take: () => Promise<Item | undefined> } {
  const clock = new FakeClock(0);
  const queue = new WorkQueue({ clock, jitter: () => 0 });
  /** The next item if there is one now. */
  const take = async (): Promise<Item | undefined> => {
    const stop = new AbortController();
    const next = queue.next(stop.signal);
    stop.abort();
    return next;
  };
  return { clock, queue, take };
}

describe('WorkQueue', () => {
  it('hands out by priority, then in the order of adding', async () => {
    const { queue, take } = setup();
    queue.add('list', { priority: -100 });
    queue.add('child', { priority: -10 });
    queue.add('edit');
    queue.add('edit2');
    expect([await take(), await take(), await take(), await take(), await take()].map((i) => i?.key)).toEqual([
      'edit', 'edit2', 'child', 'list', undefined,
    ]);
  });

  it('keeps one entry a key, with the highest priority and the earliest time', async () => {
    const { clock, queue, take } = setup();
    queue.add('a', { priority: -10, delayMs: 100 });
    queue.add('a', { priority: 0, delayMs: 500 });
    queue.add('a', { priority: -100, delayMs: 200 });
    expect(queue.size).toBe(1);
    expect(await take()).toBeUndefined();
    await clock.advance(100);
    expect(await take()).toEqual({ key: 'a', priority: 0 });
    queue.done('a');
    await clock.advance(1000);
    expect(await take()).toBeUndefined();
  });

  it('gives a key to one worker at a time, and again when it was added meanwhile', async () => {
    const { queue, take } = setup();
    queue.add('a');
    expect((await take())?.key).toBe('a');
    queue.add('a', { priority: -10 });
    queue.add('a', { priority: -5 });
    expect(await take()).toBeUndefined();
    queue.done('a');
    expect(await take()).toEqual({ key: 'a', priority: -5 });
    queue.done('a');
    expect(await take()).toBeUndefined();
  });

  it('wakes a waiting worker when a delay has passed, and leaves no timer behind', async () => {
    const { clock, queue } = setup();
    const got: string[] = [];
    void queue.next(never).then((item) => got.push(item?.key ?? 'nothing'));
    queue.add('a', { delayMs: 100 });
    await clock.advance(99);
    expect(got).toEqual([]);
    await clock.advance(1);
    expect(got).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });

  it('serves several workers that wait', async () => {
    const { queue } = setup();
    const got: string[] = [];
    for (let i = 0; i < 3; i++) void queue.next(never).then((item) => got.push(item?.key ?? ''));
    queue.add('a');
    queue.add('b');
    queue.add('c');
    await settle();
    expect(got.sort()).toEqual(['a', 'b', 'c']);
  });

  it('doubles the delay of a retry up to five minutes, until forgotten', async () => {
    const { clock, queue } = setup();
    const delays: number[] = [];
    for (let i = 0; i < 20; i++) {
      const start = clock.now();
      queue.retry('a');
      const next = queue.next(never);
      while (queue.size > 0) await clock.advance(50);
      await next;
      delays.push(clock.now() - start);
      queue.done('a');
    }
    expect(delays.slice(0, 4)).toEqual([50, 100, 200, 400]);
    expect(delays.at(-1)).toBe(300_000);
    queue.forget('a');
    queue.retry('a');
    const next = queue.next(never);
    await clock.advance(50);
    expect((await next)?.key).toBe('a');
  }, 60_000);

  it('spreads retries by the jitter, never beyond the full delay', async () => {
    const clock = new FakeClock(0);
    const queue = new WorkQueue({ clock, jitter: () => 0.99 });
    queue.retry('a');
    const next = queue.next(never);
    await clock.advance(26);
    expect((await next)?.key).toBe('a');
  });

  it('ends waiting when the signal is aborted', async () => {
    const { clock, queue } = setup();
    const stop = new AbortController();
    const next = queue.next(stop.signal);
    queue.add('a', { delayMs: 10 });
    stop.abort();
    expect(await next).toBeUndefined();
    expect(await queue.next(stop.signal)).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('tells its observer the depth of each priority', async () => {
    const clock = new FakeClock(0);
    const depth = new Map<number, number>();
    const waited: number[] = [];
    const queue = new WorkQueue({
      clock,
      observer: {
        added: () => undefined,
        depth: (_key, priority, change) => depth.set(priority, (depth.get(priority) ?? 0) + change),
        taken: (_key, ms) => waited.push(ms),
        retried: () => undefined,
      },
    });
    queue.add('a', { priority: -100 });
    queue.add('a', { priority: 0 });
    expect([depth.get(-100), depth.get(0)]).toEqual([0, 1]);
    await clock.advance(7);
    await queue.next(never);
    expect([depth.get(-100), depth.get(0)]).toEqual([0, 0]);
    expect(waited).toEqual([7]);
  });
});

/** The queue as one would explain it: a table of what is wanted. */
class Model {
  now = 0;
  wanted = new Map<string, { priority: number; at: number }>();
  running = new Map<string, { priority: number; at: number } | undefined>();

  add(key: string, priority: number, delay: number): void {
    const running = this.running.has(key);
    const known = running ? this.running.get(key) : this.wanted.get(key);
    const at = this.now + delay;
    const merged = known ? { priority: Math.max(known.priority, priority), at: Math.min(known.at, at) } : { priority, at };
    (running ? this.running : this.wanted).set(key, merged);
  }

  done(key: string): void {
    const again = this.running.get(key);
    this.running.delete(key);
    if (again) this.wanted.set(key, again);
  }

  due(): { key: string; priority: number }[] {
    return [...this.wanted].filter(([, w]) => w.at <= this.now).map(([key, { priority }]) => ({ key, priority }));
  }
}

type Step =
  | { do: 'add'; key: string; priority: number; delay: number }
  | { do: 'take' }
  | { do: 'done'; key: string }
  | { do: 'wait'; ms: number };

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key, priority: fc.constantFrom(-100, -10, 0), delay: fc.constantFrom(0, 0, 5, 20) }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constant('done' as const), key }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(12) }),
);

describe('WorkQueue against its model', () => {
  it('never loses, doubles or delays a key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        let now = 0;
        const queue = new WorkQueue({ clock: { now: () => now, setTimeout: () => ({ cancel: () => undefined }) }, jitter: () => 0 });
        const model = new Model();
        const take = async (): Promise<Item | undefined> => {
          const stop = new AbortController();
          const next = queue.next(stop.signal);
          stop.abort();
          return next;
        };
        const check = async (): Promise<void> => {
          const item = await take();
          const due = model.due();
          if (item === undefined) return expect(due).toEqual([]);
          expect(due).toContainEqual(item);
          expect(item.priority).toBe(Math.max(...due.map((d) => d.priority)));
          model.wanted.delete(item.key);
          model.running.set(item.key, undefined);
        };
        for (const s of steps) {
          if (s.do === 'add') {
            queue.add(s.key, { priority: s.priority, delayMs: s.delay });
            model.add(s.key, s.priority, s.delay);
          } else if (s.do === 'done') {
            queue.done(s.key);
            if (model.running.has(s.key)) model.done(s.key);
          } else if (s.do === 'wait') {
            now += s.ms;
            model.now = now;
          } else await check();
          expect(queue.size).toBe(model.wanted.size);
        }
      }),
      { numRuns: 300 },
    );
  });
});
