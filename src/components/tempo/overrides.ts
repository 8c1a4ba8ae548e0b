import { durationMs, formatDuration } from '../../api/duration.ts';
import { type Quantity, quantityValue } from '../../api/quantity.ts';
import { DEFAULT_PROCESSORS } from '../../api/tempo.ts';
import type { TracingStackSpec } from '../../api/tracingstack.ts';
import { deepMerge, isTree, type Tree } from '../kit/merge.ts';
import { TENANT_DEFAULTS } from './defaults.ts';
import type { TempoInput } from './input.ts';

type Limits = NonNullable<TracingStackSpec['limits']>;

/** Whole bytes. What no Go integer can hold is as good as the largest that JavaScript prints without an exponent. */
const bytes = (quantity: Quantity): number => Math.min(Math.floor(quantityValue(quantity)), Number.MAX_SAFE_INTEGER);

const given = <T>(value: T | undefined, make: (value: T) => Tree): Tree => (value === undefined ? {} : make(value));

/** Whoever raises the rate alone wants requests of that size to pass as well. */
function burst({ ingestionRate, ingestionBurst }: Limits): Tree {
  if (ingestionBurst !== undefined) return { burst_size_bytes: bytes(ingestionBurst) };
  return given(ingestionRate, (rate) => ({ burst_size_bytes: Math.max(bytes(rate), TENANT_DEFAULTS.ingestion.burst_size_bytes) }));
}

const limitsTree = (limits: Limits = {}): Tree => ({
  ingestion: {
    ...given(limits.ingestionRate, (rate) => ({ rate_limit_bytes: bytes(rate) })),
    ...burst(limits),
    ...given(limits.maxLiveTraces, (count) => ({ max_traces_per_user: count })),
    ...given(limits.maxAttributeBytes, (count) => ({ max_attribute_bytes: count })),
  },
  global: given(limits.maxBytesPerTrace, (size) => ({ max_bytes_per_trace: bytes(size) })),
});

/** Without a store to write to there is no generator, and so no processors: Tempo would hand it every trace, and count a failure each. */
function generatorTree({ spec, remoteWrite }: TempoInput): Tree {
  const wanted = spec.metricsGenerator;
  if (!wanted || !remoteWrite) return {};
  return {
    metrics_generator: {
      processors: [...(wanted.processors ?? DEFAULT_PROCESSORS)],
      ...given(wanted.traceIdLabel, (name) => ({ trace_id_label_name: name })),
      ...given(wanted.maxActiveSeries, (count) => ({ max_active_series: count })),
    },
  };
}

/** `overrides.defaults` of the user's raw configuration: it counts for every entry, since no entry inherits. */
export function rawDefaults(spec: TracingStackSpec): Tree {
  const overrides = spec.tempo?.config?.overrides;
  const defaults = isTree(overrides) ? overrides.defaults : undefined;
  return isTree(defaults) ? defaults : {};
}

/** The file that Tempo reads anew every ten seconds: an entry for all tenants, and one for each that differs, each complete. */
export function tempoRuntime(input: TempoInput): Tree {
  const { spec } = input;
  const base = [generatorTree(input), rawDefaults(spec), limitsTree(spec.limits)].reduce(deepMerge, TENANT_DEFAULTS as unknown as Tree);
  const tenants = (spec.tenants ?? []).map(({ name, retention, limits }) => {
    const compaction = given(retention, (period) => ({ compaction: { block_retention: formatDuration(durationMs(period)) } }));
    return [name, [limitsTree(limits), compaction].reduce(deepMerge, base)] as const;
  });
  return { overrides: { '*': base, ...Object.fromEntries(tenants) } };
}
