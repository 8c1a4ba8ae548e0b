import { describe, expect, it } from '@jest/globals';
import { Backoff } from './backoff.ts';
import { FakeClock } from './testing/clock.ts';

describe('Backoff', () => {
  it('doubles up to 30 s, and starts over after 2 min without a failure', async () => {
    const clock = new FakeClock();
    const backoff = new Backoff({ clock, jitter: () => 0 });
    const delays = [];
    for (let i = 0; i < 8; i++) {
      const delay = backoff.next();
      delays.push(delay);
      await clock.advance(delay);
    }
    expect(delays).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    await clock.advance(120_000);
    expect(backoff.next()).toBe(30_000);
    await clock.advance(30_000 + 120_001);
    expect(backoff.next()).toBe(800);
  });

  it('stretches each delay by up to itself', () => {
    const backoff = new Backoff({ clock: new FakeClock(), jitter: () => 0.5 });
    expect([backoff.next(), backoff.next()]).toEqual([1200, 2400]);
  });
});
