import { durationMs, formatDuration } from '../api/duration.ts';
import type { RetentionRow } from '../api/status.ts';
import type { TracingStackSpec } from '../api/tracingstack.ts';
import { COMPACTION, DEFAULT_RETENTION } from '../components/tempo/defaults.ts';

type Row = Omit<RetentionRow, 'inForce'>;

/**
 * Age of the oldest span (milliseconds) when the engine, if it runs, has deleted it at the latest. Its block may be as young as
 * the window in which blocks are put together, plus the time that it was written to and the leeway of clocks; it is marked at the
 * next round after the period, and deleted at the next after it has been marked for long enough.
 */
export function tempoMaxAge(period: string): number {
  const { window, maxBlockDuration, slack, interval, compactedRetention } = COMPACTION;
  return durationMs(period) + window + maxBlockDuration + slack + interval + compactedRetention + interval;
}

const row = (tenant: string, wanted: string, where: string): Row => ({ signal: 'traces', tenant, wanted, where, maxAge: formatDuration(tempoMaxAge(wanted)) });

/** The rows of the status, less what is in force: one for all tenants, and one for each that has a period of its own. */
export const tempoRetentionRows = ({ retention, tenants = [] }: Pick<TracingStackSpec, 'retention' | 'tenants'>): Row[] => [
  row('*', retention ?? DEFAULT_RETENTION, 'backend_worker.compaction.block_retention'),
  ...tenants.flatMap(({ name, retention: own }) => (own === undefined ? [] : [row(name, own, `overrides.${name}.compaction.block_retention`)])),
];
