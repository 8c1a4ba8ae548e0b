import { describe, expect, it } from '@jest/globals';
import { microTime, realClock, sleep, steady } from './clock.ts';
import { FakeClock } from './testing/clock.ts';

describe('clock', () => {
  it('writes MicroTime', () => {
    expect(microTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006000Z');
  });

  it('sleeps until the time has come or the signal says so, and leaves nothing behind', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const naps = [sleep(clock, 1000, controller.signal), sleep(clock, 5000, controller.signal)];
    await clock.advance(1000);
    await naps[0];
    controller.abort();
    await naps[1];
    await sleep(clock, 9, controller.signal);
    expect(clock.pending()).toEqual([]);
  });

  it('runs on the real one', async () => {
    const before = steady(realClock);
    await sleep(realClock, 2);
    expect(steady(realClock)).toBeGreaterThan(before);
    expect(Math.abs(realClock.now() - Date.now())).toBeLessThan(60_000);
  });
});
