import type { DashboardStackSpec } from '../api/dashboardstack.ts';
import type { DashboardStack, LogStack, MetricsStack, TracingStack } from '../api/kinds.ts';
import type { LogStackSpec } from '../api/logstack.ts';
import type { MetricsStackSpec } from '../api/metricsstack.ts';
import type { TracingStackSpec } from '../api/tracingstack.ts';
import { API_VERSION } from '../base/names.ts';
import { type KubeObject, type Manifest, refKey } from '../base/object.ts';
import type { ProductFacts } from '../base/product.ts';
import type { SecretFacts, View } from '../base/view.ts';
import type { Stage } from '../components/kit/stage.ts';

/** Small resources for tests. */
export const logStack = (spec: Partial<LogStackSpec> = {}, name = 'logs', namespace = 'obs'): LogStack => ({
  apiVersion: API_VERSION,
  kind: 'LogStack',
  metadata: { name, namespace, uid: `uid-${namespace}-${name}`, generation: 1 },
  spec: { backend: 'loki', ...spec },
});

export const dashboardStack = (spec: DashboardStackSpec = {}, name = 'dash', namespace = 'obs'): DashboardStack => ({
  apiVersion: API_VERSION,
  kind: 'DashboardStack',
  metadata: { name, namespace, uid: `uid-${namespace}-${name}`, generation: 1 },
  spec,
});

const stack = <T extends KubeObject>(kind: string, name: string, namespace: string, spec: object): T =>
  ({ apiVersion: API_VERSION, kind, metadata: { name, namespace, uid: `uid-${namespace}-${name}`, generation: 1 }, spec }) as unknown as T;

export const tracingStack = (spec: Partial<TracingStackSpec> = {}, name = 'traces', namespace = 'obs'): TracingStack => stack('TracingStack', name, namespace, spec);

export const metricsStack = (spec: Partial<MetricsStackSpec> = {}, name = 'metrics', namespace = 'obs'): MetricsStack => stack('MetricsStack', name, namespace, spec);

interface Scene {
  resources?: readonly KubeObject[];
  secrets?: Readonly<Record<string, SecretFacts>>;
  namespaces?: Readonly<Record<string, Record<string, string>>>;
  children?: readonly KubeObject[];
  /** `Kind/namespace/name/id` → facts. */
  products?: Readonly<Record<string, ProductFacts>>;
}

const at = (kind: string, namespace: string, name: string) => (o: KubeObject) =>
  o.kind === kind && o.metadata.namespace === namespace && o.metadata.name === name;

/** A View over what a test names; Secrets that it does not name are absent. */
export const viewOf = ({ resources = [], secrets = {}, namespaces = {}, children = [], products = {} }: Scene): View => ({
  get: (kind, namespace, name) => resources.find(at(kind, namespace, name)),
  list: (kind) => resources.filter((o) => o.kind === kind),
  secret: (namespace, name) => secrets[`${namespace}/${name}`] ?? { state: 'absent' },
  namespaceLabels: (name) => namespaces[name],
  child: (kind, namespace, name) => children.find(at(kind, namespace, name)),
  product: (resource, id) => products[`${refKey(resource)}/${id}`],
});

export const present = (...keys: string[]): SecretFacts => ({ state: 'present', keys, hash: 'secret-hash' });

/** Every key that a Secret of a user may have to hold. */
export const USER_KEYS = [
  'access_key_id', 'secret_access_key', 'key.json', 'account_key', 'alertmanager.yaml', 'admin-user', 'admin-password', 'username', 'password', 'ca.crt', 'tls.crt', 'tls.key',
];

export const completeSecret: SecretFacts = present(...USER_KEYS);

/** The one manifest of a kind and name. */
export function manifestNamed(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((m) => m.kind === kind && m.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name} among ${manifests.map((m) => `${m.kind}/${m.metadata.name}`).join(', ')}`);
  return found;
}

export const dataOf = (manifest: Manifest, key: string): string => {
  const value = (manifest.data as Record<string, string> | undefined)?.[key];
  if (value === undefined) throw new Error(`no ${key} in ${manifest.metadata.name}`);
  return value;
};

/** A Stage for tests of one component: owner LogStack obs/logs, no Secrets, our versions. */
export const stage = (over: Partial<Stage> = {}): Stage => ({
  owner: { kind: 'LogStack', namespace: 'obs', name: 'logs' },
  size: 'small',
  images: undefined,
  networkPolicy: undefined,
  version: (_component, wanted, latest) => wanted ?? latest,
  secret: () => ({ state: 'absent' }),
  namespaceLabels: {},
  child: () => undefined,
  product: () => undefined,
  ...over,
});
