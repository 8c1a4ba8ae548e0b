import type { V1Container } from '@kubernetes/client-node';
import { hashValue } from '../../base/hash.ts';
import type { Manifest } from '../../base/object.ts';
import { clusterRoleBinding, configMap, serviceAccount } from '../kit/config.ts';
import { imageReference } from '../kit/image.ts';
import { disruptionBudget, headlessService, networkPolicy, peerOf, service } from '../kit/network.ts';
import { componentName } from '../kit/owner.ts';
import { podTemplate } from '../kit/pod.ts';
import { resolveResources } from '../kit/profile.ts';
import { statefulSet } from '../kit/workload.ts';
import { toYaml } from '../kit/yaml.ts';
import { prometheusConfig } from './config.ts';
import {
  CONFIG_DIR, DATA_DIR, METRICS_COLLECTOR_ROLE, PROMETHEUS_IMAGE, PROMETHEUS_PORT, PROMETHEUS_PROFILES, PROMETHEUS_USER,
} from './defaults.ts';
import { isPair, isServer, type PrometheusInput, prometheusComponent } from './input.ts';

const CONFIG_FILE = 'prometheus.yml';

/** A server keeps exemplars only with the feature on, and sends what it keeps; an agent sends them in any case. */
const modeArgs = (input: PrometheusInput): string[] =>
  isServer(input.spec)
    ? [`--storage.tsdb.path=${DATA_DIR}/tsdb`, '--enable-feature=exemplar-storage']
    : ['--agent', `--storage.agent.path=${DATA_DIR}/agent`];

/** Reads its file again by itself, within half a minute of the change; its memory limit it finds out by itself too. */
const container = (input: PrometheusInput): V1Container => ({
  name: 'prometheus',
  image: imageReference(PROMETHEUS_IMAGE, `v${input.version}`, { image: input.spec.image, registry: input.images?.registry }),
  args: [
    `--config.file=${CONFIG_DIR}/${CONFIG_FILE}`,
    '--config.auto-reload',
    `--web.listen-address=0.0.0.0:${PROMETHEUS_PORT.port}`,
    ...modeArgs(input),
  ],
  env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }],
  ports: [{ name: PROMETHEUS_PORT.name, containerPort: PROMETHEUS_PORT.port, protocol: 'TCP' }],
  readinessProbe: { httpGet: { path: '/-/ready', port: 'http' }, initialDelaySeconds: 5, periodSeconds: 5, timeoutSeconds: 3 },
  livenessProbe: {
    httpGet: { path: '/-/healthy', port: 'http' },
    initialDelaySeconds: 30,
    periodSeconds: 30,
    timeoutSeconds: 5,
    failureThreshold: 10,
  },
  resources: resolveResources(PROMETHEUS_PROFILES[input.size], input.spec.resources),
  volumeMounts: [
    { name: 'config', mountPath: CONFIG_DIR, readOnly: true },
    { name: 'data', mountPath: DATA_DIR },
  ],
});

/**
 * What typed fields say is reloaded in place. What the user wrote raw only a start can prove: a running Prometheus would keep its old
 * configuration and look ready, so raw parts restart it, one pod after the other.
 */
const restartHash = ({ spec }: PrometheusInput): string =>
  hashValue({ config: spec.config, scrape: spec.additionalScrapeConfigs });

function workload(input: PrometheusInput): Manifest {
  const component = prometheusComponent(input);
  const template = podTemplate({
    component,
    overrides: input.spec,
    pullSecrets: input.images?.pullSecrets,
    configHash: restartHash(input),
    container: container(input),
    volumes: [{ name: 'config', configMap: { name: componentName(component) } }],
    user: PROMETHEUS_USER,
    mountToken: true,
    // It sends what is in its queues for up to a minute.
    graceSeconds: 120,
  });
  const { storage } = input.spec;
  const claim = { name: 'data', size: storage?.size ?? PROMETHEUS_PROFILES[input.size].volume, className: storage?.className };
  return statefulSet(component, { replicas: isPair(input.spec) ? 2 : 1, template, claims: [claim] });
}

function policy(input: PrometheusInput): Manifest[] {
  if (input.networkPolicy?.enabled === false) return [];
  const component = prometheusComponent(input);
  return [networkPolicy(component, [{ from: [peerOf(component, component), ...(input.networkPolicy?.from ?? [])], ports: [PROMETHEUS_PORT] }])];
}

/** All objects of a Prometheus, or of a pair. */
export function prometheusManifests(input: PrometheusInput): Manifest[] {
  const component = prometheusComponent(input);
  return [
    serviceAccount(component, input.spec.serviceAccountAnnotations),
    clusterRoleBinding(component, METRICS_COLLECTOR_ROLE),
    configMap(component, { [CONFIG_FILE]: toYaml(prometheusConfig(input)) }),
    service(component, [PROMETHEUS_PORT]),
    headlessService(component, [PROMETHEUS_PORT]),
    ...policy(input),
    ...(isPair(input.spec) ? [disruptionBudget(component)] : []),
    workload(input),
  ];
}
