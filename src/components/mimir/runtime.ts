import type { z } from 'zod';
import { durationMs, formatDuration } from '../../api/duration.ts';
import type { metricsLimits } from '../../api/mimir.ts';
import type { Tree } from '../kit/merge.ts';
import { SIZE_LIMITS } from './defaults.ts';
import { type MimirInput, namedTenants } from './input.ts';

type Limits = z.output<typeof metricsLimits>;

const given = <T>(value: T | undefined, make: (value: T) => Tree): Tree => (value === undefined ? {} : make(value));

/** Seconds of the rate that may come at once, at least: a sender that was away brings what it has kept. */
const BURST_SECONDS = 10;

/** Whoever raises the rate alone wants bursts to pass as well. */
function burst({ ingestionRate, ingestionBurst }: Limits, least: number): Tree {
  if (ingestionBurst !== undefined) return { ingestion_burst_size: ingestionBurst };
  return given(ingestionRate, (rate) => ({ ingestion_burst_size: Math.max(rate * BURST_SECONDS, least) }));
}

const limitsTree = (limits: Limits, leastBurst: number): Tree => ({
  ...given(limits.maxSeries, (count) => ({ max_global_series_per_user: count })),
  ...given(limits.ingestionRate, (rate) => ({ ingestion_rate: rate })),
  ...burst(limits, leastBurst),
  ...given(limits.maxExemplars, (count) => ({ max_global_exemplars_per_user: count })),
  ...given(limits.outOfOrderWindow, (window) => ({ out_of_order_time_window: formatDuration(durationMs(window)) })),
  ...given(limits.maxLabelsPerSeries, (count) => ({ max_label_names_per_series: count })),
  ...given(limits.maxRuleGroups, (count) => ({ ruler_max_rule_groups_per_tenant: count })),
  ...given(limits.maxRulesPerGroup, (count) => ({ ruler_max_rules_per_rule_group: count })),
});

/**
 * The file that Mimir reads anew every ten seconds: an entry for each tenant that the spec names and says something of. What an
 * entry leaves out it has from `limits` of the configuration, as every other tenant.
 */
export function mimirRuntime({ stage, spec }: MimirInput): Tree {
  const leastBurst = SIZE_LIMITS[stage.size].ingestion_burst_size;
  const entries = namedTenants(spec).map(({ name, retention, limits }): [string, Tree] => [
    name,
    {
      ...limitsTree({ ...spec.limits, ...limits }, leastBurst),
      ...given(retention, (period) => ({ compactor_blocks_retention_period: formatDuration(durationMs(period)) })),
    },
  ]);
  return { overrides: Object.fromEntries(entries.filter(([, tree]) => Object.keys(tree).length > 0)) };
}
