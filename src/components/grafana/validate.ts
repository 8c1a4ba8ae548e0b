import type { DashboardStackSpec } from '../../api/dashboardstack.ts';
import { failure, type Finding } from '../../api/finding.ts';
import type { SecretFacts } from '../../base/view.ts';
import { isTree, ownedHits, ownedMessage, type Tree } from '../kit/merge.ts';
import { requiredSecret } from '../kit/secret.ts';
import { versionFindings } from '../kit/versions.ts';
import { GRAFANA_OWNED } from './config.ts';
import { GRAFANA_MINORS } from './defaults.ts';
import { isIniName, unquotable } from './ini.ts';

const CONFIG = 'spec.grafana.config';

function keyFindings(section: string, key: string, value: unknown): Finding[] {
  const path = `${CONFIG}.${section}.${key}`;
  if (!isIniName(key)) return [failure('InvalidOverride', path, `${path}: grafana.ini can hold no such key: use letters, digits and _`)];
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return [failure('InvalidOverride', path, `${path}: expected a text, a number, or true or false`)];
  }
  return unquotable(value) ? [failure('InvalidOverride', path, `${path}: grafana.ini cannot hold line breaks or """ in a value: take them out`)] : [];
}

/** Sections of keys of plain values: the CRD cannot say so. */
function shape(config: Tree): Finding[] {
  return Object.entries(config).flatMap(([section, keys]) => {
    const path = `${CONFIG}.${section}`;
    if (!isIniName(section)) return [failure('InvalidOverride', path, `${path}: grafana.ini can hold no such section: use letters, digits, _ and .`)];
    if (!isTree(keys)) return [failure('InvalidOverride', path, `${path}: expected a section of keys and values: put it below the section that it belongs to`)];
    return Object.entries(keys).flatMap(([key, value]) => keyFindings(section, key, value));
  });
}

const owned = (config: Tree): Finding[] =>
  ownedHits(config, GRAFANA_OWNED).map(({ path, field }) =>
    failure('PathOwned', `${CONFIG}.${path}`, ownedMessage(CONFIG, { path, field })),
  );

/** What can be said of the spec alone. */
export function validateGrafana(spec: DashboardStackSpec): Finding[] {
  const config = (spec.grafana?.config ?? {});
  return [
    ...shape(config),
    ...owned(config),
    ...(spec.version === undefined ? [] : versionFindings('spec.version', 'Grafana', spec.version, GRAFANA_MINORS)),
  ];
}

/** What Secrets that the user names lack. A certificate may come later: issuers wait for the Ingress to be there. */
export function validateGrafanaSecrets(spec: DashboardStackSpec, namespace: string, read: (name: string) => SecretFacts): Finding[] {
  const check = (name: string | undefined, path: string, keys: readonly string[]): Finding[] =>
    name === undefined ? [] : requiredSecret({ namespace, name, path, keys }, read);
  return [
    ...check(spec.admin?.secretName, 'spec.admin.secretName', ['admin-user', 'admin-password']),
    ...check(spec.ingress?.tlsSecretName, 'spec.ingress.tlsSecretName', ['tls.crt', 'tls.key']).map((f) => ({ ...f, severity: 'warning' as const })),
  ];
}
