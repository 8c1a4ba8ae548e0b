import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VersionClock } from './version-clock.ts';
import { compareVersions, isOlder } from './versions.ts';

describe('resource versions', () => {
  it('compare as the numbers that they are, of any size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }), (a, b) => {
        expect(compareVersions(String(a), String(b))).toBe(a < b ? -1 : Number(a > b));
      }),
    );
    expect(isOlder('9007199254740992', '9007199254740993')).toBe(true);
  });

  it('compare only when they are numbers', () => {
    expect(compareVersions('abc', '7')).toBeUndefined();
    expect(compareVersions('abc', 'abc')).toBe(0);
    expect([compareVersions('', '1'), compareVersions('1', '')]).toEqual([-1, 1]);
  });
});

describe('VersionClock', () => {
  it('only moves forward by itself', () => {
    const clock = new VersionClock();
    expect([clock.reached('1'), clock.reached('')]).toEqual([false, true]);
    clock.advance('10');
    clock.advance('9');
    expect([clock.version, clock.reached('10'), clock.reached('11')]).toEqual(['10', true, false]);
    clock.advance('');
    expect(clock.version).toBe('10');
    clock.set('5');
    expect(clock.version).toBe('5');
  });

  it('wakes exactly those whose version is reached', async () => {
    const clock = new VersionClock();
    const woken: string[] = [];
    const wait = (version: string): Promise<void> => clock.whenReached(version).then(() => void woken.push(version));
    const early = Promise.all([wait('3'), wait('5')]);
    const late = wait('6');
    clock.advance('5');
    await early;
    expect(woken).toEqual(['3', '5']);
    clock.advance('6');
    await late;
    await clock.whenReached('6');
  });

  it('stops waiting on abort, with the reason', async () => {
    const clock = new VersionClock();
    const controller = new AbortController();
    const waiting = clock.whenReached('3', controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(clock.whenReached('3', controller.signal)).rejects.toThrow('enough');
    clock.advance('3');
    await clock.whenReached('3', controller.signal);
  });
});
