import type { Size } from '../../api/common.ts';
import type { Profiles } from '../kit/profile.ts';

/** Version rendered for a new stack. docs/support-matrix.md says which versions were tried. */
export const MIMIR_VERSION = '3.1.4';

/** Minor versions whose configuration we know. */
export const MIMIR_MINORS = ['3.0', '3.1', '3.2'] as const;

export const MIMIR_IMAGE = 'docker.io/grafana/mimir';

/** The image names no user; its files belong to this one. */
export const MIMIR_USER = { uid: 10001, gid: 10001 };

export const DATA_DIR = '/data';

/** Folder of the limits, which Mimir reads anew every ten seconds. */
export const RUNTIME_DIR = '/etc/mimir/runtime';

export const RUNTIME_FILE = `${RUNTIME_DIR}/overrides.yaml`;

export const ALERTMANAGER_DIR = '/etc/mimir/alertmanager';

/** Key of the Secret, and name of the file, with the Alertmanager's configuration for those who have none. */
export const ALERTMANAGER_FILE = 'alertmanager.yaml';

/** One pod takes about 300,000 series in 2.5 GB, says Mimir's planning page; three pods hold every series each. */
export const MIMIR_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '100m', memory: '512Mi', memoryLimit: '2Gi', volume: '5Gi' },
  small: { replicas: 1, cpu: '500m', memory: '2Gi', memoryLimit: '4Gi', volume: '50Gi' },
  medium: { replicas: 3, cpu: '2', memory: '8Gi', memoryLimit: '12Gi', volume: '100Gi' },
  large: { replicas: 3, cpu: '6', memory: '24Gi', memoryLimit: '32Gi', volume: '300Gi' },
};

/** What a tenant of which nothing is said may use. Below medium: Mimir's own, but for exemplars, of which it takes none. */
export interface SizeLimits {
  max_global_series_per_user: number;
  /** Samples a second. */
  ingestion_rate: number;
  /** Samples. */
  ingestion_burst_size: number;
  /** Places for exemplars are allocated at once, about 70 bytes each. */
  max_global_exemplars_per_user: number;
}

export const SIZE_LIMITS: Readonly<Record<Size, SizeLimits>> = {
  demo: { max_global_series_per_user: 150_000, ingestion_rate: 10_000, ingestion_burst_size: 200_000, max_global_exemplars_per_user: 20_000 },
  small: { max_global_series_per_user: 150_000, ingestion_rate: 10_000, ingestion_burst_size: 200_000, max_global_exemplars_per_user: 100_000 },
  medium: { max_global_series_per_user: 600_000, ingestion_rate: 60_000, ingestion_burst_size: 600_000, max_global_exemplars_per_user: 100_000 },
  large: { max_global_series_per_user: 2_000_000, ingestion_rate: 200_000, ingestion_burst_size: 2_000_000, max_global_exemplars_per_user: 100_000 },
};

/** Mimir's name for the tenant while tenancy is off. */
export const NO_AUTH_TENANT = 'anonymous';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Settings that decide when a block is deleted (milliseconds). */
export const COMPACTION = {
  /** Sizes of blocks; each divides the next. The last is how much younger the newest sample of a block is than its oldest. */
  ranges: [2 * HOUR, 12 * HOUR, 24 * HOUR],
  /** How often blocks are marked, and marked ones deleted. */
  cleanup: 15 * MINUTE,
  /** Mimir spreads that by so much of it. */
  cleanupJitter: 0.1,
  /** A marked block stays this long, until nobody reads it any more: longer than the bucket index may be old (1 h). */
  deletionDelay: 2 * HOUR,
} as const;

/** Which of the recent samples are asked of whom (milliseconds). Each must be longer than the one before it. */
export const LOOKBACK = {
  /** Older samples are also looked for in the bucket. */
  queryStoreAfter: 12 * HOUR,
  /** Blocks stay with the ingester until everybody has seen them in the bucket. */
  ingesterRetention: 13 * HOUR,
} as const;
