import type { OwnedPaths, Tree } from '../kit/merge.ts';
import { CERTS, DATA_DIR, LOGS_DIR, READINESS_PORT } from './defaults.ts';
import { ELASTICSEARCH_PORTS, headlessName, seedHost } from './endpoints.ts';
import { type ElasticsearchInput, firstNode, memoryMapOf } from './input.ts';
import { merged, settingsYaml } from './settings.ts';

const FIXED = 'the operator';

/** Settings that typed fields own, and which. `force.` would set any of them by another name. */
export const ELASTICSEARCH_OWNED: OwnedPaths = {
  force: FIXED,
  'cluster.name': FIXED,
  'cluster.initial_master_nodes': FIXED,
  'cluster.lifecycle.default.rollover': 'spec.retention',
  'cluster.routing.allocation.awareness.attributes': FIXED,
  'data_streams.lifecycle.poll_interval': 'spec.retention',
  discovery: FIXED,
  'http.host': FIXED,
  'http.port': FIXED,
  'http.publish_host': FIXED,
  'http.publish_port': FIXED,
  'indices.lifecycle.poll_interval': 'spec.retention',
  network: FIXED,
  'node.attr.k8s_node_name': FIXED,
  'node.name': FIXED,
  'node.roles': FIXED,
  'node.store.allow_mmap': 'spec.elasticsearch.memoryMap',
  path: 'spec.elasticsearch.storage',
  'readiness.port': FIXED,
  'transport.host': FIXED,
  'transport.port': FIXED,
  'transport.publish_host': FIXED,
  'transport.publish_port': FIXED,
  'xpack.security.authc.realms.file': FIXED,
  'xpack.security.authc.reserved_realm': FIXED,
  'xpack.security.autoconfiguration': FIXED,
  'xpack.security.enabled': FIXED,
  'xpack.security.enrollment': FIXED,
  ...ownedLayer('http'),
  ...ownedLayer('transport'),
};

function ownedLayer(layer: 'http' | 'transport'): OwnedPaths {
  const names = ['enabled', 'key', 'certificate', 'certificate_authorities', 'keystore', 'truststore', 'client_authentication', 'verification_mode'];
  return Object.fromEntries(names.map((name) => [`xpack.security.${layer}.ssl.${name}`, FIXED]));
}

/** All that a node of a small cluster does. Listed, so that a role that Elasticsearch invents later is not taken up unseen. */
const ROLES = ['master', 'data_content', 'data_hot', 'ingest', 'remote_cluster_client', 'transform'];

const tls = (layer: 'http' | 'transport'): Tree =>
  Object.fromEntries(
    Object.entries({ enabled: true, certificate: `${CERTS}/tls.crt`, key: `${CERTS}/tls.key`, certificate_authorities: [`${CERTS}/ca.crt`] })
      .map(([name, value]) => [`xpack.security.${layer}.ssl.${name}`, value]));

function identity({ owner }: ElasticsearchInput): Tree {
  return {
    'cluster.name': `${owner.namespace}.${owner.name}`,
    'node.name': '${POD_NAME}',
    'node.roles': ROLES,
    // Two copies of a shard on one machine are one copy.
    'node.attr.k8s_node_name': '${NODE_NAME}',
    'cluster.routing.allocation.awareness.attributes': ['k8s_node_name'],
  };
}

function network({ owner }: ElasticsearchInput): Tree {
  return {
    'network.host': '0.0.0.0',
    'network.publish_host': '${POD_IP}',
    'http.publish_host': `\${POD_NAME}.${headlessName(owner)}.${owner.namespace}.svc`,
    'http.port': ELASTICSEARCH_PORTS.http,
    'transport.port': ELASTICSEARCH_PORTS.transport,
    'discovery.seed_hosts': [seedHost(owner)],
    'readiness.port': READINESS_PORT,
  };
}

/** Without the reserved realm all users are in files: none in an index that must be there first, and none with a default password. */
const security = (): Tree => ({
  'xpack.security.enabled': true,
  'xpack.security.autoconfiguration.enabled': false,
  'xpack.security.authc.reserved_realm.enabled': false,
  ...tls('http'),
  ...tls('transport'),
  'xpack.security.transport.ssl.verification_mode': 'certificate',
});

/** elasticsearch.yml, less what only the first start needs. */
export function elasticsearchSettings(input: ElasticsearchInput): Tree {
  const ours = {
    ...identity(input),
    ...network(input),
    'path.data': DATA_DIR,
    'path.logs': LOGS_DIR,
    ...security(),
    ...(memoryMapOf(input.spec) === 'never' ? { 'node.store.allow_mmap': false } : {}),
  };
  return merged(ours, input.spec.elasticsearch?.config ?? {});
}

/**
 * What the first start needs, until a cluster has formed: with it, nodes whose volumes are lost would form a second one. Beside
 * elasticsearch.yml, since Elasticsearch reads it at its start only: taking it away restarts nothing.
 */
export const bootstrapYaml = ({ owner, formed }: ElasticsearchInput): string =>
  formed ? '# The cluster has formed once, and must not form again.\n' : settingsYaml({ 'cluster.initial_master_nodes': [firstNode(owner)] });
