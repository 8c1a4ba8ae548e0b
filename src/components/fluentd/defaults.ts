import type { Profiles } from '../kit/profile.ts';

/** kubernetes_metadata 3.8 refuses Fluentd 1.20: 1.19 it stays. */
export const FLUENTD_VERSION = '1.19.3';
export const FLUENTD_MINORS = ['1.19'] as const;

/** Both images start `fluentd --config /fluentd/etc/$FLUENTD_CONF`. */
export const CONFIG_DIR = '/fluentd/etc';
/** Positions and buffers. */
export const DATA_DIR = '/var/lib/fluentd';
/** What could not be sent or stored. A directory of its own, of limited size: it must never fill the node or the volume of the buffer. */
export const DEAD_LETTERS_DIR = '/var/lib/fluentd-dead-letters';
export const DEAD_LETTERS_LIMIT = '1Gi';

export const FORWARD_PORT = { name: 'forward', port: 24224 };
export const MONITOR_PORT = { name: 'monitor', port: 24220 };
export const METRICS_PORT = { name: 'metrics', port: 24231 };

/** Seconds without a further line after which an event of several lines is complete. */
export const MULTILINE_FLUSH_SECONDS = 5;

/** One pod a node; the volume is what the buffer may take on the disk of the node. */
export const NODE_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '50m', memory: '192Mi', memoryLimit: '512Mi', volume: '512Mi' },
  small: { replicas: 1, cpu: '100m', memory: '256Mi', memoryLimit: '512Mi', volume: '1Gi' },
  medium: { replicas: 1, cpu: '200m', memory: '384Mi', memoryLimit: '1Gi', volume: '2Gi' },
  large: { replicas: 1, cpu: '500m', memory: '512Mi', memoryLimit: '1Gi', volume: '4Gi' },
};

/** Aggregators; each uses one processor, since Ruby runs one thread at a time. */
export const AGGREGATOR_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '100m', memory: '256Mi', memoryLimit: '512Mi', volume: '2Gi' },
  small: { replicas: 1, cpu: '200m', memory: '384Mi', memoryLimit: '1Gi', volume: '10Gi' },
  medium: { replicas: 2, cpu: '500m', memory: '512Mi', memoryLimit: '1Gi', volume: '20Gi' },
  large: { replicas: 3, cpu: '1', memory: '1Gi', memoryLimit: '2Gi', volume: '50Gi' },
};
