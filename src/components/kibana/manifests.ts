import type { V1Container, V1EnvVar, V1Volume } from '@kubernetes/client-node';
import type { GeneratedSecret } from '../../base/generated.ts';
import { hashText } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { certificatesSecret, tokensSecret } from '../elasticsearch/endpoints.ts';
import { OPERATOR_PEER } from '../elasticsearch/manifests.ts';
import { settingsYaml } from '../elasticsearch/settings.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { generatedSecret } from '../kit/generated.ts';
import { imageReference } from '../kit/image.ts';
import { ingressPeers, ingressTo } from '../kit/ingress.ts';
import { containerPorts, disruptionBudget, networkPolicy, service } from '../kit/network.ts';
import { fromSecret } from '../kit/objectstorage.ts';
import { componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { deployment } from '../kit/workload.ts';
import { KIBANA_VARIABLES, kibanaSettings } from './config.ts';
import { CERTS_DIR, HOME, KIBANA_IMAGE, KIBANA_PORT, KIBANA_USER } from './defaults.ts';
import { kibanaComponent, type KibanaInput, kibanaKeysSecret, kibanaReplicas, kibanaResources } from './input.ts';

const KEY_LENGTH = 64;

const KEYS = { [KIBANA_VARIABLES.security]: 'security', [KIBANA_VARIABLES.savedObjects]: 'saved-objects', [KIBANA_VARIABLES.reporting]: 'reporting' };

const env = ({ owner }: KibanaInput): V1EnvVar[] => [
  fromSecret(KIBANA_VARIABLES.token, tokensSecret(owner), 'kibana'),
  ...Object.entries(KEYS).map(([name, key]) => fromSecret(name, kibanaKeysSecret(owner), key)),
];

const status = { httpGet: { path: '/api/status', port: KIBANA_PORT.name }, timeoutSeconds: 5 };

/** No liveness probe: while Elasticsearch is away its status is bad, and a restart would mend nothing. */
const container = (input: KibanaInput): V1Container => ({
  name: 'kibana',
  image: imageReference(KIBANA_IMAGE, input.version, { image: input.spec.image, registry: input.images?.registry }),
  env: env(input),
  ports: containerPorts([KIBANA_PORT]),
  readinessProbe: { ...status, initialDelaySeconds: 10, periodSeconds: 10 },
  resources: kibanaResources(input),
  volumeMounts: [
    // One file only: the others of that folder come with the image.
    { name: 'config', mountPath: `${HOME}/config/kibana.yml`, subPath: 'kibana.yml', readOnly: true },
    { name: 'certs', mountPath: CERTS_DIR, readOnly: true },
    { name: 'data', mountPath: `${HOME}/data` },
    { name: 'logs', mountPath: `${HOME}/logs` },
    { name: 'tmp', mountPath: '/tmp' },
  ],
});

function volumes(input: KibanaInput): V1Volume[] {
  return [
    { name: 'config', configMap: { name: componentName(kibanaComponent(input)) } },
    { name: 'certs', secret: { secretName: certificatesSecret(input.owner), items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { name: 'data', emptyDir: {} },
    { name: 'logs', emptyDir: {} },
    { name: 'tmp', emptyDir: {} },
  ];
}

/** Two versions of Kibana may never run side by side, since each moves the saved objects to its own form: the old pods go first. */
function workload(input: KibanaInput, settings: string): Manifest {
  const component = kibanaComponent(input);
  const template = podTemplate({
    component,
    overrides: input.spec,
    pullSecrets: input.images?.pullSecrets,
    configHash: hashText(settings + input.secretsHash),
    container: container(input),
    volumes: volumes(input),
    user: KIBANA_USER,
    graceSeconds: 60,
  });
  const manifest = deployment(component, { replicas: kibanaReplicas(input), template });
  return { ...manifest, spec: { ...(manifest.spec as object), strategy: { type: 'Recreate' } } };
}

function policy(input: KibanaInput): Manifest[] {
  if (input.networkPolicy?.enabled === false) return [];
  const from = [...ingressPeers(input.spec.ingress, input.networkPolicy?.from), OPERATOR_PEER];
  return [networkPolicy(kibanaComponent(input), [{ from, ports: [KIBANA_PORT] }])];
}

/** All objects of a Kibana, in the order in which they are applied. */
export function kibanaManifests(input: KibanaInput): Manifest[] {
  const component = kibanaComponent(input);
  const settings = settingsYaml(kibanaSettings(input));
  return [
    serviceAccount(component, input.spec.serviceAccountAnnotations),
    configMap(component, { 'kibana.yml': settings }),
    service(component, [KIBANA_PORT]),
    ...policy(input),
    ...(kibanaReplicas(input) > 1 ? [disruptionBudget(component)] : []),
    workload(input, settings),
    ...ingressTo(component, KIBANA_PORT, input.spec.ingress),
  ];
}

export const kibanaSecret = (input: KibanaInput): GeneratedSecret =>
  generatedSecret(kibanaComponent(input), kibanaKeysSecret(input.owner), Object.fromEntries(Object.values(KEYS).map((key) => [key, KEY_LENGTH])));
