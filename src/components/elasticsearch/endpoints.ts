import { serviceHost } from '../kit/network.ts';
import type { Component, Owner } from '../kit/owner.ts';
import { datasetOf, type ElasticsearchSink } from '../kit/sink.ts';

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

/** Secret with `ca.crt` (bundle), `ca.key`, `tls.crt`, `tls.key`. */
export const certificatesSecret = (owner: Owner): string => `${owner.name}-elasticsearch-certs`;

/** Secret with a password for each user, and `users` with their hashes. */
export const usersSecret = (owner: Owner): string => `${owner.name}-elasticsearch-users`;

/** Secret with `kibana`, the bearer token of Kibana, and `service_tokens` with its hash. */
export const tokensSecret = (owner: Owner): string => `${owner.name}-elasticsearch-tokens`;

export const elasticsearchUrl = (owner: Owner): string => `https://${serviceHost(owner.namespace, `${owner.name}-elasticsearch`, ELASTICSEARCH_PORTS.http)}`;

/** Where collectors and processors of the stack write to. */
export const elasticsearchSink = (owner: Owner): ElasticsearchSink => ({
  type: 'elasticsearch',
  host: `${owner.name}-elasticsearch.${owner.namespace}.svc`,
  port: ELASTICSEARCH_PORTS.http,
  ca: { secret: certificatesSecret(owner), key: 'ca.crt' },
  user: ELASTICSEARCH_USERS.writer,
  password: { secret: usersSecret(owner), key: ELASTICSEARCH_USERS.writer },
  dataset: datasetOf(owner),
  dataNamespace: 'default',
});
