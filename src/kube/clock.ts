/** Time as a dependency, so that tests turn the clock by hand. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall time in ms since the epoch: for what is written down. */
  now(): number;
  /** Steady time in ms, which no step of the wall clock moves: for what is measured. Absent: `now` stands in. */
  monotonic?(): number;
  setTimeout(fn: () => void, ms: number): Timer;
}

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, ms) => {
    const handle = setTimeout(fn, ms);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Steady time in ms; only differences of it mean something. */
export const steady = (clock: Clock): number => clock.monotonic?.() ?? clock.now();

/** Resolves after `ms`, or as soon as `signal` is aborted. Never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** `2026-01-02T03:04:05.678000Z`: the API's MicroTime. */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');
