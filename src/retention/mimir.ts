import { durationMs, formatDuration } from '../api/duration.ts';
import type { MetricsStackSpec } from '../api/metricsstack.ts';
import type { RetentionRow } from '../api/status.ts';
import { COMPACTION } from '../components/mimir/defaults.ts';

type Row = Omit<RetentionRow, 'inForce'>;

/**
 * Age of the oldest sample (milliseconds) when the compactor, if it runs, has deleted it at the latest. A block goes as a whole,
 * when its newest sample has expired: the oldest may be as much older as the largest blocks span. It is marked at the next
 * cleanup, and deleted at the next after it has been marked for long enough.
 */
export function mimirMaxAge(period: string): number {
  const { ranges, cleanup, cleanupJitter, deletionDelay } = COMPACTION;
  return durationMs(period) + Math.max(...ranges) + deletionDelay + 2 * cleanup * (1 + cleanupJitter);
}

const SETTING = 'compactor_blocks_retention_period';

const row = (tenant: string, wanted: string, where: string): Row => ({ signal: 'metrics', tenant, wanted, where, maxAge: formatDuration(mimirMaxAge(wanted)) });

const forAll = (wanted: string | undefined): Row =>
  wanted === undefined ? { signal: 'metrics', tenant: '*', wanted: 'forever', maxAge: 'forever', where: `limits.${SETTING}` } : row('*', wanted, `limits.${SETTING}`);

/** The rows of the status, less what is in force: one for all tenants, and one for each that has a period of its own. */
export const mimirRetentionRows = ({ retention, tenants = [] }: Pick<MetricsStackSpec, 'retention' | 'tenants'>): Row[] => [
  forAll(retention),
  ...tenants.flatMap(({ name, retention: own }) => (own === undefined ? [] : [row(name, own, `overrides.${name}.${SETTING}`)])),
];
