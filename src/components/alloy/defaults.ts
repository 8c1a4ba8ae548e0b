import type { Profiles } from '../kit/profile.ts';

export const ALLOY_VERSION = '1.18.1';
export const ALLOY_MINORS = ['1.18', '1.19', '1.20'] as const;
export const ALLOY_IMAGE = 'docker.io/grafana/alloy';

/** User `alloy` of the image. */
export const ALLOY_USER = { uid: 473, gid: 473 };

export const ALLOY_PORT = { name: 'http', port: 12345 };

/** Where Alloy keeps positions, so that a restart neither loses nor repeats lines. */
export const ALLOY_DATA = '/var/lib/alloy';

/** ClusterRole that comes with the installation; the operator may only bind it. */
export const LOG_COLLECTOR_ROLE = 'lgtm-operator:log-collector';

/** One pod a node. Memory grows with the number of files on the node. */
export const NODE_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '25m', memory: '96Mi', memoryLimit: '256Mi', volume: '1Gi' },
  small: { replicas: 1, cpu: '50m', memory: '128Mi', memoryLimit: '512Mi', volume: '1Gi' },
  medium: { replicas: 1, cpu: '100m', memory: '256Mi', memoryLimit: '1Gi', volume: '1Gi' },
  large: { replicas: 1, cpu: '200m', memory: '512Mi', memoryLimit: '2Gi', volume: '1Gi' },
};

/** Pods that read through the API: all of the cluster's events, and its pod logs where asked. */
export const CLUSTER_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '25m', memory: '128Mi', memoryLimit: '512Mi', volume: '1Gi' },
  small: { replicas: 1, cpu: '50m', memory: '192Mi', memoryLimit: '512Mi', volume: '1Gi' },
  medium: { replicas: 1, cpu: '100m', memory: '256Mi', memoryLimit: '1Gi', volume: '1Gi' },
  large: { replicas: 2, cpu: '200m', memory: '512Mi', memoryLimit: '2Gi', volume: '1Gi' },
};

/** Pods that read a buffer: how many share the work is bounded by the partitions. */
export const CONSUMER_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '25m', memory: '128Mi', memoryLimit: '512Mi', volume: '1Gi' },
  small: { replicas: 1, cpu: '100m', memory: '256Mi', memoryLimit: '512Mi', volume: '1Gi' },
  medium: { replicas: 2, cpu: '250m', memory: '256Mi', memoryLimit: '1Gi', volume: '1Gi' },
  large: { replicas: 3, cpu: '500m', memory: '512Mi', memoryLimit: '2Gi', volume: '1Gi' },
};
