import type { Profiles } from '../kit/profile.ts';

export const PROMETHEUS_VERSION = '3.16.0';

/** All of them reload by themselves (`--config.auto-reload`) and take the local retention in the file. */
export const PROMETHEUS_MINORS = ['3.13', '3.14', '3.15', '3.16'] as const;

export const PROMETHEUS_IMAGE = 'docker.io/prom/prometheus';

/** User `nobody` of the image. */
export const PROMETHEUS_USER = { uid: 65534, gid: 65534 };

export const PROMETHEUS_PORT = { name: 'http', port: 9090 };

export const CONFIG_DIR = '/etc/prometheus';

/** Agent and server keep different things on the volume, which must not meet. */
export const DATA_DIR = '/prometheus';

export const LOCAL_RETENTION = '6h';

/** ClusterRole that comes with the installation; the operator may only bind it. */
export const METRICS_COLLECTOR_ROLE = 'lgtm-operator:metrics-collector';

/**
 * Each of a pair scrapes everything, so replicas come from `ha`, not from here. Some 3 kB of memory a series; the volume holds what
 * an agent could not send for four hours, or a server's six.
 */
export const PROMETHEUS_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '50m', memory: '256Mi', memoryLimit: '512Mi', volume: '2Gi' },
  small: { replicas: 1, cpu: '200m', memory: '512Mi', memoryLimit: '2Gi', volume: '10Gi' },
  medium: { replicas: 1, cpu: '500m', memory: '2Gi', memoryLimit: '6Gi', volume: '30Gi' },
  large: { replicas: 1, cpu: '2', memory: '8Gi', memoryLimit: '16Gi', volume: '100Gi' },
};

/** A share of the same for each of several Alloys. */
export const ALLOY_METRICS_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '50m', memory: '256Mi', memoryLimit: '512Mi', volume: '2Gi' },
  small: { replicas: 1, cpu: '200m', memory: '512Mi', memoryLimit: '2Gi', volume: '5Gi' },
  medium: { replicas: 2, cpu: '500m', memory: '2Gi', memoryLimit: '4Gi', volume: '10Gi' },
  large: { replicas: 3, cpu: '1', memory: '4Gi', memoryLimit: '8Gi', volume: '30Gi' },
};
