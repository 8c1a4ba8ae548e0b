import { z } from 'zod';
import { patterned } from './pattern.ts';
import { ruled } from './rule.ts';

/** Prometheus' grammar, which Loki and Mimir share: units once each, from years to milliseconds. */
export const DURATION_PATTERN = /^(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/;

const UNIT_MS = {
  y: 365 * 86_400_000,
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
} as const;

type Unit = keyof typeof UNIT_MS;

/** Milliseconds of a duration such as `30d` or `1h30m`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '' || !DURATION_PATTERN.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[ywdhms])/g)) total += Number(count) * UNIT_MS[unit as Unit];
  return total;
}

/** Milliseconds of a duration that the schema has already accepted. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error(`not a duration: ${text}`);
  return ms;
}

/** Prints milliseconds in units no larger than days: `744h` → `31d`, `26h` → `1d2h`. Exact. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / UNIT_MS[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * UNIT_MS[unit];
  }
  return text === '' ? '0s' : text;
}

const GO_UNIT_MS = [['h', 3_600_000], ['m', 60_000], ['s', 1000], ['ms', 1]] as const;

/** Prints milliseconds in Go's own grammar, which knows no days: `14d` → `336h`. Exact. */
export function formatGoDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const [unit, size] of GO_UNIT_MS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}

export const duration = (description: string) =>
  patterned(z.string().min(2).max(30), DURATION_PATTERN, 'expected a duration such as 30d, 12h or 1h30m').meta({ description });

/** In all less than the 292 years that Go's durations can hold: with more, no product would start. */
const PERIOD = /^(\d{1,2}y)?(\d{1,3}w)?(\d{1,4}d)?(\d{1,5}h)?$/;
const AT_LEAST_A_DAY = '[1-9][0-9]*[ywd]|(2[4-9]|[3-9][0-9]|[1-9][0-9][0-9]+)h';

/** A retention: whole hours, and not below the 24 h that Loki, with its index by the day, can honour. */
export const retentionPeriod = (description: string) =>
  ruled(
    patterned(z.string().min(2).max(30), PERIOD, 'expected a duration in y, w, d and h, such as 30d')
      .meta({ description }),
    {
      cel: `!self.matches(r'${PERIOD.source}') || self.matches('${AT_LEAST_A_DAY}')`,
      code: 'RetentionTooShort',
      message: 'a retention of less than 24h cannot be kept: raise it to 24h or more',
      // What is no period at all is told so, and nothing more.
      holds: (text) => !PERIOD.test(text) || new RegExp(AT_LEAST_A_DAY).test(text),
    },
  );
