import type { Profiles } from '../kit/profile.ts';

/** Version rendered for a new stack. docs/support-matrix.md says which versions were tried. */
export const TEMPO_VERSION = '3.0.3';

/** Minor versions whose configuration we know. */
export const TEMPO_MINORS = ['3.0', '3.1'] as const;

export const TEMPO_IMAGE = 'docker.io/grafana/tempo';

/** The image runs as this user and group. */
export const TEMPO_USER = { uid: 10001, gid: 10001 };

export const DATA_DIR = '/var/tempo';

/** File of the limits, which Tempo reads anew every ten seconds. */
export const OVERRIDES_FILE = '/etc/tempo/runtime/overrides.yaml';

/** Rough volume of traces: demo 0.1 MB/s, small 1 MB/s, medium 8 MB/s, large 25 MB/s, which is what one pod can take. */
export const TEMPO_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '100m', memory: '256Mi', memoryLimit: '1Gi', volume: '5Gi' },
  small: { replicas: 1, cpu: '500m', memory: '1Gi', memoryLimit: '2Gi', volume: '50Gi' },
  medium: { replicas: 1, cpu: '2', memory: '4Gi', memoryLimit: '8Gi', volume: '100Gi' },
  large: { replicas: 1, cpu: '6', memory: '12Gi', memoryLimit: '16Gi', volume: '200Gi' },
};

/** Tempo's own period, for a stack that names none. */
export const DEFAULT_RETENTION = '14d';

/** Settings that decide when a block is deleted (milliseconds). All are Tempo's own defaults, written out. */
export const COMPACTION = {
  /** Blocks of one window become one: its newest trace is this much younger than its oldest. */
  window: 3_600_000,
  /** A block stays this long after it was marked, for queries under way. */
  compactedRetention: 3_600_000,
  /** How often blocks are marked, and marked ones deleted. */
  interval: 3_600_000,
  /** How long a block is written to before it is cut. */
  maxBlockDuration: 30_000,
  /** How far off the time of a span may be before it is set right. */
  slack: 120_000,
} as const;

/**
 * What Tempo grants a tenant of which nothing is said (modules/overrides/config.go). An entry of the overrides file inherits
 * none of it, not even the one for all tenants: so each entry is written out in full.
 */
export const TENANT_DEFAULTS = {
  ingestion: { rate_strategy: 'local', rate_limit_bytes: 30_000_000, burst_size_bytes: 30_000_000, max_traces_per_user: 10_000, retry_info_enabled: true },
  read: { max_bytes_per_tag_values_query: 1_000_000 },
  global: { max_bytes_per_trace: 5_000_000 },
  metrics_generator: {
    generate_native_histograms: 'classic',
    native_histogram_bucket_factor: 1.1,
    native_histogram_max_bucket_number: 100,
    native_histogram_min_reset_duration: '15m',
  },
} as const;
