import type { Endpoint } from '../../api/status.ts';
import { serviceHost } from '../kit/network.ts';
import { type Component, componentName, type Owner } from '../kit/owner.ts';
import { dataStream, datasetOf, type ElasticsearchSink } from '../kit/sink.ts';

export const ELASTICSEARCH_PORTS = { http: 9200, transport: 9300 } as const;

export const elasticsearchComponent = (input: { owner: Owner; version: string }): Component => ({
  owner: input.owner, component: 'elasticsearch', product: 'elasticsearch', version: input.version,
});

/** Users of the file realm. The password of each lies in the Secret of the users under its name. */
export const ELASTICSEARCH_USERS = {
  /** Superuser, for people. */
  admin: 'elastic',
  /** The operator itself. */
  operator: 'lgtm-operator',
  /** Collectors and processors: may write to the data streams of the stack, and nothing else. */
  writer: 'lgtm-writer',
  /** Dashboards: may read them. */
  reader: 'lgtm-reader',
} as const;

const named = (owner: Owner, suffix: string): string => `${componentName(elasticsearchComponent({ owner, version: '' }))}-${suffix}`;

/** Secret with `ca.crt` (bundle), `ca.key`, `tls.crt`, `tls.key`. */
export const certificatesSecret = (owner: Owner): string => named(owner, 'certs');

/** Secret with a password for each user, and `users` with their hashes. */
export const usersSecret = (owner: Owner): string => named(owner, 'users');

/** Secret with `kibana`, the bearer token of Kibana, and `service_tokens` with its hash. */
export const tokensSecret = (owner: Owner): string => named(owner, 'tokens');

/** Secret with `uuid` once a cluster has formed: the memory that there is one. */
export const clusterSecret = (owner: Owner): string => named(owner, 'cluster');

export const headlessName = (owner: Owner): string => named(owner, 'headless');

const host = (owner: Owner): string => `${componentName(elasticsearchComponent({ owner, version: '' }))}.${owner.namespace}.svc`;

export const elasticsearchUrl = (owner: Owner): string => `https://${host(owner)}:${ELASTICSEARCH_PORTS.http}`;

/** Where collectors and processors of the stack write to. */
export const elasticsearchSink = (owner: Owner): ElasticsearchSink => ({
  type: 'elasticsearch',
  host: host(owner),
  port: ELASTICSEARCH_PORTS.http,
  ca: { secret: certificatesSecret(owner), key: 'ca.crt' },
  user: ELASTICSEARCH_USERS.writer,
  password: { secret: usersSecret(owner), key: ELASTICSEARCH_USERS.writer },
  dataset: datasetOf(owner),
  dataNamespace: 'default',
});

/** Where nodes find each other before they are ready. */
export const seedHost = (owner: Owner): string => serviceHost(owner.namespace, headlessName(owner), ELASTICSEARCH_PORTS.transport);

/** Every name under which a node is reached. Nodes among themselves check the authority only, so no addresses. */
export function certificateNames(owner: Owner): string[] {
  const name = componentName(elasticsearchComponent({ owner, version: '' }));
  const forms = (first: string): string[] => [`${first}.${owner.namespace}`, `${first}.${owner.namespace}.svc`, `${first}.${owner.namespace}.svc.cluster.local`];
  return [name, ...forms(name), ...forms(headlessName(owner)), ...forms(`*.${headlessName(owner)}`), 'localhost'];
}

/** Addresses for the status. */
export const elasticsearchEndpoints = (owner: Owner): Endpoint[] => [
  { name: 'push', url: `${elasticsearchUrl(owner)}/${dataStream('logs', elasticsearchSink(owner))}/_bulk` },
  { name: 'query', url: elasticsearchUrl(owner) },
];
