import type { Profiles } from '../kit/profile.ts';

export const BEATS = ['filebeat', 'metricbeat', 'packetbeat', 'heartbeat', 'auditbeat'] as const;
export type Beat = (typeof BEATS)[number];

export const BEATS_VERSION = '9.5.1';
export const BEATS_MINORS = ['9.1', '9.2', '9.3', '9.4', '9.5'] as const;
export const beatImage = (beat: Beat): string => `docker.elastic.co/beats/${beat}`;

/** The images' own user; those that read the node run as root. */
export const BEAT_USER = { uid: 1000, gid: 1000 };

/** Folder of registry and state. */
export const DATA_DIR = '/var/lib/beat';
export const CONFIG_DIR = '/etc/beat';
export const CA_DIR = '/run/secrets/sink-ca';

/** Statistics of a beat itself, and its probe. Packetbeat stands in the network of the node: a port of its own. */
export const STATS_PORTS: Readonly<Record<Beat, number>> = { filebeat: 5066, metricbeat: 5066, packetbeat: 5166, heartbeat: 5066, auditbeat: 5066 };

export const BEAT_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '50m', memory: '128Mi', memoryLimit: '300Mi', volume: '1Gi' },
  small: { replicas: 1, cpu: '100m', memory: '200Mi', memoryLimit: '500Mi', volume: '1Gi' },
  medium: { replicas: 1, cpu: '200m', memory: '300Mi', memoryLimit: '1Gi', volume: '1Gi' },
  large: { replicas: 1, cpu: '500m', memory: '500Mi', memoryLimit: '2Gi', volume: '1Gi' },
};

/** ClusterRole that comes with the installation. */
export const BEATS_ROLE = 'lgtm-operator:beats';
