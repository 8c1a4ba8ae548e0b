import type { V1Container, V1Volume } from '@kubernetes/client-node';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { generatedSecret } from '../kit/generated.ts';
import { imageReference } from '../kit/image.ts';
import { ingressPeers, ingressTo } from '../kit/ingress.ts';
import { headlessService, networkPolicy, service } from '../kit/network.ts';
import { componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { resolveResources } from '../kit/profile.ts';
import { statefulSet } from '../kit/workload.ts';
import { toYaml } from '../kit/yaml.ts';
import { grafanaIni } from './config.ts';
import { datasourcesFile, secretsOf } from './datasource.ts';
import { GRAFANA_DATA, GRAFANA_IMAGE, GRAFANA_PORT, GRAFANA_PROFILES, GRAFANA_USER, SECRETS_DIR } from './defaults.ts';
import { toIni } from './ini.ts';
import { adminSecret, grafanaComponent, type GrafanaInput, keysSecret } from './input.ts';

/** Files below /etc/grafana: key of the ConfigMap → path. The empty ones keep Grafana from complaining. */
const PATHS: Readonly<Record<string, string>> = {
  'grafana.ini': 'grafana.ini',
  'datasources.yaml': 'provisioning/datasources/datasources.yaml',
  'dashboards.yaml': 'provisioning/dashboards/dashboards.yaml',
  'plugins.yaml': 'provisioning/plugins/plugins.yaml',
  'alerting.yaml': 'provisioning/alerting/alerting.yaml',
};

const files = (input: GrafanaInput): Record<string, string> => ({
  'grafana.ini': toIni(grafanaIni(input)),
  'datasources.yaml': toYaml(datasourcesFile(input.datasources)),
  'dashboards.yaml': toYaml({ apiVersion: 1, providers: [] }),
  'plugins.yaml': toYaml({ apiVersion: 1, apps: [] }),
  'alerting.yaml': toYaml({ apiVersion: 1 }),
});

const health = { httpGet: { path: '/api/health', port: 'http' }, timeoutSeconds: 5 };

function container(input: GrafanaInput): V1Container {
  const { spec } = input;
  return {
    name: 'grafana',
    image: imageReference(GRAFANA_IMAGE, input.version, { image: spec.grafana?.image, registry: spec.images?.registry }),
    ...environment(input),
    ports: [{ name: GRAFANA_PORT.name, containerPort: GRAFANA_PORT.port, protocol: 'TCP' }],
    // Migrations of the first start, or of a new version, take their time.
    startupProbe: { ...health, periodSeconds: 5, failureThreshold: 60 },
    readinessProbe: { ...health, periodSeconds: 5 },
    livenessProbe: { ...health, periodSeconds: 15, failureThreshold: 8 },
    resources: resolveResources(GRAFANA_PROFILES[spec.size ?? 'small'], spec.grafana?.resources),
    volumeMounts: [
      { name: 'config', mountPath: '/etc/grafana', readOnly: true },
      { name: 'secrets', mountPath: SECRETS_DIR, readOnly: true },
      { name: 'data', mountPath: GRAFANA_DATA },
      { name: 'logs', mountPath: '/var/log/grafana' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

/** Secrets of datasources, which the provisioning file names by variable. */
function environment({ datasources }: GrafanaInput): Pick<V1Container, 'env'> {
  const env = secretsOf(datasources).map(({ variable, source }) => ({ name: variable, valueFrom: { secretKeyRef: { name: source.secret, key: source.key } } }));
  return env.length > 0 ? { env } : {};
}

/** The generated Secret has no user name: the first administrator is then `admin`, from a ConfigMap key. */
function secretSources(input: GrafanaInput): V1Volume {
  const admin = { name: adminSecret(input) };
  const password = { key: 'admin-password', path: 'admin-password' };
  const user = { key: 'admin-user', path: 'admin-user' };
  const keys = { secret: { name: keysSecret(input.owner), items: [{ key: 'secret-key', path: 'secret-key' }] } };
  const sources = input.spec.admin?.secretName
    ? [{ secret: { ...admin, items: [user, password] } }, keys]
    : [{ secret: { ...admin, items: [password] } }, { configMap: { name: componentName(grafanaComponent(input)), items: [user] } }, keys];
  return { name: 'secrets', projected: { sources } };
}

function volumes(input: GrafanaInput): V1Volume[] {
  const items = Object.entries(PATHS).map(([key, path]) => ({ key, path }));
  return [
    { name: 'config', configMap: { name: componentName(grafanaComponent(input)), items } },
    secretSources(input),
    { name: 'logs', emptyDir: {} },
    { name: 'tmp', emptyDir: {} },
  ];
}

function workload(input: GrafanaInput, data: Record<string, string>): Manifest {
  const component = grafanaComponent(input);
  const { storage } = input.spec.grafana ?? {};
  const template = podTemplate({
    component,
    overrides: input.spec.grafana ?? {},
    pullSecrets: input.spec.images?.pullSecrets,
    configHash: hashText([...Object.values(data), ...(input.secretHashes ?? [])].join('\n')),
    container: container(input),
    volumes: volumes(input),
    user: GRAFANA_USER,
    graceSeconds: 60,
  });
  const size = storage?.size ?? GRAFANA_PROFILES[input.spec.size ?? 'small'].volume;
  return statefulSet(component, { replicas: 1, template, claims: [{ name: 'data', size, className: storage?.className }] });
}

function policy(input: GrafanaInput): Manifest[] {
  const { networkPolicy: wanted, ingress } = input.spec;
  if (wanted?.enabled === false) return [];
  return [networkPolicy(grafanaComponent(input), [{ from: ingressPeers(ingress, wanted?.from), ports: [GRAFANA_PORT] }])];
}

/** All objects of a Grafana, in the order in which they are applied. */
export function grafanaManifests(input: GrafanaInput): Manifest[] {
  const component = grafanaComponent(input);
  const data = files(input);
  return [
    serviceAccount(component, input.spec.grafana?.serviceAccountAnnotations),
    configMap(component, { ...data, 'admin-user': 'admin' }),
    service(component, [GRAFANA_PORT]),
    headlessService(component, [GRAFANA_PORT]),
    ...policy(input),
    workload(input, data),
    ...ingressTo(component, GRAFANA_PORT, input.spec.ingress),
  ];
}

/** Secrets to generate: key → number of characters. */
export const grafanaSecrets = (input: GrafanaInput) => [
  ...(input.spec.admin?.secretName ? [] : [generatedSecret(grafanaComponent(input), adminSecret(input), { 'admin-password': 24 })]),
  generatedSecret(grafanaComponent(input), keysSecret(input.owner), { 'secret-key': 32 }),
];
