import type { Profiles } from '../kit/profile.ts';

/** The last line of Promtail: Loki 3.7.3 has removed its code. */
export const PROMTAIL_VERSION = '3.6.11';
export const PROMTAIL_MINORS = ['3.5', '3.6'] as const;
export const PROMTAIL_IMAGE = 'docker.io/grafana/promtail';
export const PROMTAIL_PORT = { name: 'http', port: 3101 };

/** Where Promtail keeps positions, in the pod. */
export const POSITIONS_DIR = '/run/promtail';
export const POSITIONS_FILE = 'positions.yaml';

/** One pod a node. */
export const PROMTAIL_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '25m', memory: '64Mi', memoryLimit: '256Mi', volume: '1Gi' },
  small: { replicas: 1, cpu: '50m', memory: '128Mi', memoryLimit: '512Mi', volume: '1Gi' },
  medium: { replicas: 1, cpu: '100m', memory: '256Mi', memoryLimit: '1Gi', volume: '1Gi' },
  large: { replicas: 1, cpu: '200m', memory: '512Mi', memoryLimit: '2Gi', volume: '1Gi' },
};
