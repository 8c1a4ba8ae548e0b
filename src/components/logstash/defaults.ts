import type { Profiles } from '../kit/profile.ts';

export const LOGSTASH_VERSION = '9.5.1';
export const LOGSTASH_MINORS = ['9.1', '9.2', '9.3', '9.4', '9.5'] as const;
export const LOGSTASH_IMAGE = 'docker.elastic.co/logstash/logstash';

export const LOGSTASH_USER = { uid: 1000, gid: 1000 };

export const LOGSTASH_HOME = '/usr/share/logstash';
export const LOGSTASH_DATA = `${LOGSTASH_HOME}/data`;

/** `path.settings`: logstash.yml, log4j2.properties, pipelines.yml and the pipelines. */
export const LOGSTASH_SETTINGS = '/etc/logstash';

export const LOGSTASH_PORTS = { api: 9600, beats: 5044, http: 8080, syslog: 5514 } as const;

/** Half of the memory limit is heap. */
export const LOGSTASH_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '100m', memory: '1Gi', memoryLimit: '1536Mi', volume: '2Gi' },
  small: { replicas: 1, cpu: '500m', memory: '2Gi', memoryLimit: '2Gi', volume: '5Gi' },
  medium: { replicas: 2, cpu: '1', memory: '4Gi', memoryLimit: '4Gi', volume: '20Gi' },
  large: { replicas: 3, cpu: '2', memory: '8Gi', memoryLimit: '8Gi', volume: '50Gi' },
};
