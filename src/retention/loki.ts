import { durationMs, formatDuration } from '../api/duration.ts';
import type { RetentionRow } from '../api/status.ts';
import { COMPACTION } from '../components/loki/defaults.ts';

/** How long a Loki keeps logs, wanted and at the latest (milliseconds). */
export interface LokiRetention {
  period: number;
  /** Period, until the chunk's youngest line has expired, the compactor has come by, and its delay has passed. */
  maxAge: number;
}

export function lokiRetention(period: string): LokiRetention {
  const ms = durationMs(period);
  return { period: ms, maxAge: ms + COMPACTION.maxChunkAge + COMPACTION.interval + COMPACTION.deleteDelay };
}

/** The row of the status, less what is in force: that is for the status to see. */
export function lokiRetentionRow(wanted: string | undefined): Omit<RetentionRow, 'inForce'> {
  const row = { signal: 'logs', tenant: '*', where: 'limits_config.retention_period' };
  if (wanted === undefined) return { ...row, wanted: 'forever', maxAge: 'forever' };
  return { ...row, wanted, maxAge: formatDuration(lokiRetention(wanted).maxAge) };
}
