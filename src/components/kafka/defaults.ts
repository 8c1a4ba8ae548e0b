import type { Profiles } from '../kit/profile.ts';

export const KAFKA_VERSION = '4.1.0';
export const KAFKA_MINORS = ['4.0', '4.1'] as const;
export const KAFKA_IMAGE = 'docker.io/apache/kafka';

/** User `appuser` of the image. */
export const KAFKA_USER = { uid: 1000, gid: 1000 };

/** `client`: collectors, readers and tools. `internal`: between brokers. `controller`: the quorum. */
export const KAFKA_PORTS = {
  client: { name: 'client', port: 9092 },
  controller: { name: 'controller', port: 9093 },
  internal: { name: 'internal', port: 9094 },
} as const;

/** Mount of the volume. The logs lie one below: a fresh volume may hold `lost+found`, which Kafka would take for a partition. */
export const KAFKA_VOLUME = '/var/lib/kafka/data';
export const KAFKA_LOGS = `${KAFKA_VOLUME}/logs`;

export const KAFKA_CONFIG = '/etc/kafka-config';

/** The image's scripts. */
export const KAFKA_BIN = '/opt/kafka/bin';

/** Half of the memory limit is heap; the rest is page cache, which Kafka reads and writes through. */
export const KAFKA_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '100m', memory: '768Mi', memoryLimit: '1Gi', volume: '5Gi' },
  small: { replicas: 1, cpu: '250m', memory: '1Gi', memoryLimit: '2Gi', volume: '20Gi' },
  medium: { replicas: 3, cpu: '500m', memory: '2Gi', memoryLimit: '4Gi', volume: '100Gi' },
  large: { replicas: 3, cpu: '1', memory: '6Gi', memoryLimit: '8Gi', volume: '500Gi' },
};

/** The topic tool: a few seconds of work. */
export const TOOL_PROFILE = { replicas: 1, cpu: '50m', memory: '256Mi', memoryLimit: '512Mi', volume: '1Gi' } as const;

export const TOPIC_DEFAULTS = { partitions: 6, retention: '3d', maxMessageBytes: 1_048_588, bridges: '24h' } as const;

/** How often a broker looks for what may go, and how long files outlive their deletion (milliseconds). */
export const CLEANING = { interval: 5 * 60_000, fileDelay: 60_000 } as const;
