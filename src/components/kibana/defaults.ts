import type { Profiles } from '../kit/profile.ts';

export const KIBANA_IMAGE = 'docker.elastic.co/kibana/kibana';
export const KIBANA_USER = { uid: 1000, gid: 1000 };
export const KIBANA_PORT = { name: 'http', port: 5601 };

/** What the image expects. */
export const HOME = '/usr/share/kibana';

/** Where the authority of Elasticsearch's certificates lies. */
export const CERTS_DIR = '/run/secrets/elasticsearch';

/** Kibana 9 takes three quarters of it as heap, and does not come up with 1Gi. */
export const KIBANA_MEMORY_FLOOR = '2Gi';

/** No volume: all that Kibana keeps lies in Elasticsearch. */
export const KIBANA_PROFILES: Profiles = {
  demo: { replicas: 1, cpu: '250m', memory: '2Gi', memoryLimit: '2Gi', volume: '0' },
  small: { replicas: 1, cpu: '500m', memory: '2Gi', memoryLimit: '2Gi', volume: '0' },
  medium: { replicas: 1, cpu: '1', memory: '2Gi', memoryLimit: '4Gi', volume: '0' },
  large: { replicas: 1, cpu: '1', memory: '2Gi', memoryLimit: '4Gi', volume: '0' },
};
