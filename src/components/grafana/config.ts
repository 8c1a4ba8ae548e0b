import { ingressUrl } from '../kit/ingress.ts';
import { deepMerge, type OwnedPaths, type Tree } from '../kit/merge.ts';
import { GRAFANA_DATA, GRAFANA_PORT, SECRETS_DIR } from './defaults.ts';
import type { Ini } from './ini.ts';
import type { GrafanaInput } from './input.ts';

/** Keys of grafana.ini that typed fields own, and which. */
export const GRAFANA_OWNED: OwnedPaths = {
  'server.http_port': 'the operator',
  'server.root_url': 'spec.ingress.host',
  'security.admin_user': 'spec.admin.secretName',
  'security.admin_password': 'spec.admin.secretName',
  'security.secret_key': 'the operator',
  paths: 'spec.grafana.storage',
};

const file = (name: string): string => `$__file{${SECRETS_DIR}/${name}}`;

const rootUrl = ({ ingress }: GrafanaInput['spec']): Record<string, string> => (ingress ? { root_url: `${ingressUrl(ingress)}/` } : {});

/** grafana.ini. Secrets are files that Grafana reads itself. */
export function grafanaIni(input: GrafanaInput): Ini {
  const ours: Tree = {
    server: { http_port: GRAFANA_PORT.port, ...rootUrl(input.spec) },
    security: { admin_user: file('admin-user'), admin_password: file('admin-password'), secret_key: file('secret-key') },
    paths: { data: GRAFANA_DATA, logs: '/var/log/grafana', plugins: `${GRAFANA_DATA}/plugins`, provisioning: '/etc/grafana/provisioning' },
    log: { mode: 'console' },
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    // 13.2 tries to update its bundled datasources at start; on a read-only root that leaves them unregistered.
    plugins: { preinstall_auto_update: false },
  };
  return deepMerge(ours, (input.spec.grafana?.config ?? {})) as Ini;
}
