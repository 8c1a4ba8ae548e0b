import type { Profiles } from '../kit/profile.ts';

export const FLUENT_BIT_VERSION = '5.1.1';
export const FLUENT_BIT_MINORS = ['5.0', '5.1'] as const;

/** Without a shell; the configuration is one YAML file. */
export const FLUENT_BIT_IMAGE = 'cr.fluentbit.io/fluent/fluent-bit';

export const HTTP_PORT = { name: 'http', port: 2020 };

export const CONFIG_DIR = '/etc/fluent-bit';
export const CONFIG_FILE = 'fluent-bit.yaml';
/** Positions and chunks. */
export const DATA_DIR = '/var/lib/fluent-bit';

/** Chunks that a store refused for good; below the storage, the oldest go first. */
export const REJECTED_LIMIT = '256M';

/** Milliseconds without a further line after which an event of several lines is complete. */
export const MULTILINE_FLUSH_MS = 5000;

/** One pod a node; the volume is what unsent chunks may take on the disk of the node. */
export const NODE_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '25m', memory: '64Mi', memoryLimit: '256Mi', volume: '512Mi' },
  small: { replicas: 1, cpu: '50m', memory: '96Mi', memoryLimit: '256Mi', volume: '1Gi' },
  medium: { replicas: 1, cpu: '100m', memory: '128Mi', memoryLimit: '512Mi', volume: '2Gi' },
  large: { replicas: 1, cpu: '250m', memory: '256Mi', memoryLimit: '512Mi', volume: '4Gi' },
};
