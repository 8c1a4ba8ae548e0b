import type { GeneratedSecret } from '../../base/generated.ts';
import { generatedSecret } from '../kit/generated.ts';
import { componentName } from '../kit/owner.ts';
import { datasetOf } from '../kit/sink.ts';
import { toYaml } from '../kit/yaml.ts';
import {
  certificateNames, certificatesSecret, clusterSecret, ELASTICSEARCH_USERS, tokensSecret, usersSecret,
} from './endpoints.ts';
import { componentOf, type ElasticsearchInput } from './input.ts';

const PASSWORD_LENGTH = 24;

/** Name of the token of Kibana's service account, for `GET /_security/service/elastic/kibana/credential`. */
const KIBANA_TOKEN = 'elastic/kibana/lgtm-kibana';

/** Names of all data streams of the stack, whatever their namespace. */
const streams = (input: ElasticsearchInput): string[] => ['logs', 'metrics'].map((signal) => `${signal}-${datasetOf(input.owner)}-*`);

/**
 * roles.yml. A writer may add records, and nothing else: `auto_configure` makes a data stream from its template, and lets new fields into its
 * mapping; `monitor` shows version and licence, which shippers ask for first.
 */
const roles = (input: ElasticsearchInput) => ({
  lgtm_writer: { cluster: ['monitor'], indices: [{ names: streams(input), privileges: ['auto_configure', 'create_doc'] }] },
  lgtm_reader: { cluster: ['monitor'], indices: [{ names: streams(input), privileges: ['read', 'read_failure_store', 'view_index_metadata'] }] },
});

/** Role → its users, one line each. */
const USERS_ROLES: Readonly<Record<string, readonly string[]>> = {
  superuser: [ELASTICSEARCH_USERS.admin, ELASTICSEARCH_USERS.operator],
  lgtm_writer: [ELASTICSEARCH_USERS.writer],
  lgtm_reader: [ELASTICSEARCH_USERS.reader],
};

/** Files of the file realm that hold no secret. Elasticsearch reads them anew when they change. */
export const securityFiles = (input: ElasticsearchInput): Record<string, string> => ({
  'roles.yml': toYaml(roles(input)),
  users_roles: Object.entries(USERS_ROLES).map(([role, users]) => `${role}:${users.join(',')}\n`).join(''),
});

const passwords = (): Record<string, string> => Object.fromEntries(Object.values(ELASTICSEARCH_USERS).map((user) => [user, user]));

/** Secrets that are made once. `clusterId`: of the cluster that has formed, to be remembered. */
export function elasticsearchSecrets(input: ElasticsearchInput, clusterId: string | undefined): GeneratedSecret[] {
  const component = componentOf(input);
  const { owner } = input;
  const random = Object.fromEntries(Object.keys(passwords()).map((user) => [user, PASSWORD_LENGTH]));
  return [
    generatedSecret(component, certificatesSecret(owner), {}, { commonName: componentName(component), names: certificateNames(owner) }),
    generatedSecret(component, usersSecret(owner), { ...random, users: { make: 'elasticsearch-users', passwords: passwords() } }),
    generatedSecret(component, tokensSecret(owner), {
      kibana: { make: 'elasticsearch-service-token', account: KIBANA_TOKEN },
      service_tokens: { make: 'elasticsearch-service-tokens', tokens: { [KIBANA_TOKEN]: 'kibana' } },
    }),
    ...(clusterId === undefined ? [] : [generatedSecret(component, clusterSecret(owner), { uuid: { make: 'once', value: clusterId } })]),
  ];
}
