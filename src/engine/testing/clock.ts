import type { Clock, Timer } from '../../kube/clock.ts';

interface Alarm {
  at: number;
  fn: () => void;
}

/** A clock that tests turn by hand. */
export class FakeClock implements Clock {
  #now: number;
  readonly #alarms = new Set<Alarm>();

  constructor(now = Date.parse('2026-01-01T00:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): Timer {
    const alarm = { at: this.#now + ms, fn };
    this.#alarms.add(alarm);
    return { cancel: () => this.#alarms.delete(alarm) };
  }

  /** Timers that have not fired yet. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Turns the clock forward and lets everything that falls due happen, in order, with what follows from it. */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#now + ms;
    for (let alarm = this.#first(end); alarm !== undefined; alarm = this.#first(end)) {
      this.#now = Math.max(this.#now, alarm.at);
      this.#alarms.delete(alarm);
      alarm.fn();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  #first(end: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) if (alarm.at <= end && (first === undefined || alarm.at < first.at)) first = alarm;
    return first;
  }
}

/** Lets promises that can go on do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
