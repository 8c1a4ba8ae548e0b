import type { Profiles } from '../kit/profile.ts';

export const GRAFANA_VERSION = '13.2.3';
export const GRAFANA_MINORS = ['13.0', '13.1', '13.2', '13.3'] as const;
export const GRAFANA_IMAGE = 'docker.io/grafana/grafana';
export const GRAFANA_USER = { uid: 472, gid: 472 };
export const GRAFANA_PORT = { name: 'http', port: 3000 };
export const GRAFANA_DATA = '/var/lib/grafana';
export const SECRETS_DIR = '/run/secrets/grafana';

/** Since 13.2 every datasource type is a process of its own beside the server: less than 512Mi is asking for trouble. */
export const GRAFANA_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '100m', memory: '256Mi', memoryLimit: '1Gi', volume: '1Gi' },
  small: { replicas: 1, cpu: '250m', memory: '512Mi', memoryLimit: '1Gi', volume: '10Gi' },
  medium: { replicas: 1, cpu: '500m', memory: '1Gi', memoryLimit: '2Gi', volume: '10Gi' },
  large: { replicas: 1, cpu: '1', memory: '2Gi', memoryLimit: '4Gi', volume: '20Gi' },
};
