import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, parseDuration, retentionPeriod } from './duration.ts';

describe('durations', () => {
  it.each([
    ['30d', 30 * 86_400_000],
    ['1h30m', 5_400_000],
    ['1y2w', (365 + 14) * 86_400_000],
    ['500ms', 500],
    ['90m', 5_400_000],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '30x', 'd', '30', '1d1y', '-1d', '1.5h', ' 1d'])('refuses %j', (text) => expect(parseDuration(text)).toBeUndefined());

  it('prints what it reads back, exactly', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 13 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});

describe('retention periods', () => {
  const schema = retentionPeriod('test');
  it.each(['30d', '24h', '1y', '26h', '1d1h'])('accepts %s', (text) => expect(schema.safeParse(text).success).toBe(true));
  it.each(['23h', '0d', '90m', '30x', '1d30m'])('refuses %s', (text) => expect(schema.safeParse(text).success).toBe(false));

  it('never accepts less than a day', () => {
    const text = fc.tuple(fc.nat(3000), fc.constantFrom('y', 'w', 'd', 'h')).map(([n, unit]) => `${n}${unit}`);
    fc.assert(fc.property(text, (t) => !schema.safeParse(t).success || (parseDuration(t) ?? 0) >= 86_400_000));
  });
});
