import type { Profiles } from '../kit/profile.ts';

/** Version rendered for a new stack. docs/support-matrix.md says which versions were tried. */
export const LOKI_VERSION = '3.7.8';

/** Minor versions whose configuration we know. */
export const LOKI_MINORS = ['3.7'] as const;

export const LOKI_IMAGE = 'docker.io/grafana/loki';

/** The image runs as this user and group. */
export const LOKI_USER = { uid: 10001, gid: 10001 };

export const LOKI_PORTS = { http: 3100, grpc: 9095, gossip: 7946 } as const;

export const DATA_DIR = '/var/loki';

/**
 * First day of the schema of a new stack. A date in the past is active at once; the same for all, so that rendering
 * needs no clock.
 */
export const SCHEMA_FROM = '2024-01-01';

/** Rough daily volume: demo 1 GB, small 20 GB, medium 100 GB, large 500 GB. */
export const LOKI_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '100m', memory: '256Mi', memoryLimit: '1Gi', volume: '5Gi' },
  small: { replicas: 1, cpu: '500m', memory: '1Gi', memoryLimit: '2Gi', volume: '50Gi' },
  medium: { replicas: 3, cpu: '1', memory: '4Gi', memoryLimit: '6Gi', volume: '100Gi' },
  large: { replicas: 3, cpu: '4', memory: '12Gi', memoryLimit: '16Gi', volume: '200Gi' },
};

/** Settings of the compactor that decide when a deletion takes place (milliseconds). */
export const COMPACTION = {
  interval: 10 * 60_000,
  deleteDelay: 2 * 3_600_000,
  /** A chunk goes when its youngest line has expired; its oldest may be this much older. */
  maxChunkAge: 2 * 3_600_000,
} as const;
