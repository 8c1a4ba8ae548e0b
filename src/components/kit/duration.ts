import { durationMs } from '../../api/duration.ts';

/** A duration in the grammar of Go's own parser, which knows no days, weeks and years: `1d12h` → `129600s`. */
export function goDuration(text: string): string {
  const ms = durationMs(text);
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
