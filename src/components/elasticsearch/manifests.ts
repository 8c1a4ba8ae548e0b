import type { V1Container, V1Volume } from '@kubernetes/client-node';
import { hashText } from '../../base/hash.ts';
import { LABEL, MANAGER } from '../../base/names.ts';
import type { Manifest } from '../../base/object.ts';
import { configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { containerPorts, disruptionBudget, headlessService, networkPolicy, type Peer, peerOf, service } from '../kit/network.ts';
import { componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { statefulSet } from '../kit/workload.ts';
import { bootstrapYaml, elasticsearchSettings } from './config.ts';
import { CERTS, CONFIG_DIR, DATA_DIR, ELASTICSEARCH_IMAGE, ELASTICSEARCH_USER, LOGS_DIR, READINESS_PORT, SECURITY } from './defaults.ts';
import { certificatesSecret, ELASTICSEARCH_PORTS, tokensSecret, usersSecret } from './endpoints.ts';
import { initContainers } from './init.ts';
import { componentOf, type ElasticsearchInput, memoryMapOf, nodesOf, resourcesOf, volumeSize } from './input.ts';
import { securityFiles } from './security.ts';
import { settingsYaml } from './settings.ts';

const HTTPS = { name: 'https', port: ELASTICSEARCH_PORTS.http };
const TRANSPORT = { name: 'transport', port: ELASTICSEARCH_PORTS.transport };
const READINESS = { name: 'readiness', port: READINESS_PORT };

/** The operator, which looks after what is in the product, from whatever namespace it runs in. */
export const OPERATOR_PEER: Peer = { namespaceSelector: {}, podSelector: { matchLabels: { [LABEL.name]: MANAGER } } };

const image = ({ spec, version }: ElasticsearchInput): string =>
  imageReference(ELASTICSEARCH_IMAGE, version, { image: spec.elasticsearch?.image, registry: spec.images?.registry });

const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

/** No hook before the stop and no liveness probe: a node that recovers, or collects garbage, is slow, not dead. */
const container = (input: ElasticsearchInput): V1Container => ({
  name: 'elasticsearch',
  image: image(input),
  env: [field('POD_NAME', 'metadata.name'), field('POD_IP', 'status.podIP'), field('NODE_NAME', 'spec.nodeName')],
  ports: containerPorts([HTTPS, TRANSPORT, READINESS]),
  readinessProbe: { tcpSocket: { port: READINESS.name }, initialDelaySeconds: 10, periodSeconds: 5, timeoutSeconds: 3 },
  resources: resourcesOf(input.spec),
  volumeMounts: [
    { name: 'config', mountPath: CONFIG_DIR },
    { name: 'security', mountPath: `${CONFIG_DIR}/${SECURITY}`, readOnly: true },
    { name: 'certs', mountPath: `${CONFIG_DIR}/${CERTS}`, readOnly: true },
    { name: 'data', mountPath: DATA_DIR },
    { name: 'logs', mountPath: LOGS_DIR },
    { name: 'tmp', mountPath: '/tmp' },
  ],
});

const files = (...names: string[]) => names.map((name) => ({ key: name, path: name }));

/** All folders are mounted whole, so that what changes in them is seen. The key of the authority stays out of the pods. */
function volumes(input: ElasticsearchInput): V1Volume[] {
  const { owner } = input;
  const name = componentName(componentOf(input));
  return [
    { name: 'config', emptyDir: {} },
    { name: 'settings', configMap: { name } },
    { name: 'bootstrap', configMap: { name: `${name}-bootstrap` } },
    {
      name: 'security',
      projected: {
        sources: [
          { secret: { name: usersSecret(owner), items: files('users') } },
          { secret: { name: tokensSecret(owner), items: files('service_tokens') } },
          { configMap: { name: `${name}-security`, items: files('roles.yml', 'users_roles') } },
        ],
      },
    },
    { name: 'certs', secret: { secretName: certificatesSecret(owner), items: files('ca.crt', 'tls.crt', 'tls.key') } },
    { name: 'logs', emptyDir: {} },
    { name: 'tmp', emptyDir: {} },
  ];
}

function workload(input: ElasticsearchInput, settings: string): Manifest {
  const component = componentOf(input);
  const { elasticsearch = {}, images } = input.spec;
  const template = podTemplate({
    component,
    overrides: elasticsearch,
    pullSecrets: images?.pullSecrets,
    // Neither the bootstrap, nor users, roles, tokens and certificates: those are read anew, or not needed any more.
    configHash: hashText(settings),
    container: container(input),
    initContainers: initContainers(image(input), memoryMapOf(input.spec)),
    volumes: volumes(input),
    user: ELASTICSEARCH_USER,
    graceSeconds: 180,
  });
  const claim = { name: 'data', size: volumeSize(input.spec), className: elasticsearch.storage?.className };
  return statefulSet(component, { replicas: nodesOf(input.spec), template, claims: [claim] });
}

function policy(input: ElasticsearchInput): Manifest[] {
  const { networkPolicy: wanted } = input.spec;
  if (wanted?.enabled === false) return [];
  const component = componentOf(input);
  const self = peerOf(component, component);
  return [
    networkPolicy(component, [
      { from: [self], ports: [TRANSPORT] },
      { from: [self, ...input.clients, OPERATOR_PEER, ...(wanted?.from ?? [])], ports: [HTTPS] },
    ]),
  ];
}

/** All objects of an Elasticsearch, in the order in which they are applied. */
export function elasticsearchManifests(input: ElasticsearchInput): Manifest[] {
  const component = componentOf(input);
  const settings = settingsYaml(elasticsearchSettings(input));
  return [
    serviceAccount(component, input.spec.elasticsearch?.serviceAccountAnnotations),
    configMap(component, { 'elasticsearch.yml': settings }),
    configMap(component, { 'bootstrap.yml': bootstrapYaml(input) }, 'bootstrap'),
    configMap(component, securityFiles(input), 'security'),
    service(component, [HTTPS]),
    headlessService(component, [HTTPS, TRANSPORT]),
    ...policy(input),
    ...(nodesOf(input.spec) > 1 ? [disruptionBudget(component)] : []),
    workload(input, settings),
  ];
}
