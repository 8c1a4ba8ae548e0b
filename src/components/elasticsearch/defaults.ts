import type { Profiles } from '../kit/profile.ts';

/** Version rendered for a new stack. docs/support-matrix.md says what was tried. */
export const ELASTICSEARCH_VERSION = '9.5.1';

/** Minor versions whose configuration we know: the failure store is general from 9.1. */
export const ELASTICSEARCH_MINORS = ['9.1', '9.2', '9.3', '9.4', '9.5'] as const;

export const ELASTICSEARCH_IMAGE = 'docker.elastic.co/elasticsearch/elasticsearch';

export const ELASTICSEARCH_USER = { uid: 1000, gid: 1000 };

/** What the image expects. */
export const HOME = '/usr/share/elasticsearch';
export const CONFIG_DIR = `${HOME}/config`;
export const DATA_DIR = `${HOME}/data`;
export const LOGS_DIR = `${HOME}/logs`;

/** Folders of CONFIG_DIR. Elasticsearch 9 may read nothing outside of it, not even through a link. */
export const CERTS = 'certs';
export const SECURITY = 'security';

/** Opens once the node has joined a cluster with a master. */
export const READINESS_PORT = 8080;

/** Least vm.max_map_count with which Elasticsearch maps files (its bootstrap check), and what it advises since 8.16. */
export const MAP_COUNT = { least: 262_144, advised: 1_048_576 } as const;

/** Below this Elasticsearch dies now and then of lack of memory. */
export const MEMORY_FLOOR = '2Gi';

/** Half of the memory becomes heap by itself; the rest caches files. Request and limit are equal, so that no node is short of it. */
export const ELASTICSEARCH_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '500m', memory: '2Gi', memoryLimit: '2Gi', volume: '10Gi' },
  small: { replicas: 1, cpu: '1', memory: '4Gi', memoryLimit: '4Gi', volume: '50Gi' },
  medium: { replicas: 3, cpu: '2', memory: '8Gi', memoryLimit: '8Gi', volume: '200Gi' },
  large: { replicas: 3, cpu: '4', memory: '16Gi', memoryLimit: '16Gi', volume: '500Gi' },
};
