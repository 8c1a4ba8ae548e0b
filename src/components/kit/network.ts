import type { V1ContainerPort, V1ServicePort } from '@kubernetes/client-node';
import type { Manifest } from '../../base/object.ts';
import { type Component, object, selectorLabels } from './owner.ts';

export interface Port {
  name: string;
  port: number;
  /** Default: TCP. */
  protocol?: 'TCP' | 'UDP';
}

const servicePort = ({ name, port, protocol = 'TCP' }: Port): V1ServicePort => ({ name, port, targetPort: name, protocol });

/** The ports of a container, by the names that Services, probes and policies use. */
export const containerPorts = (ports: readonly Port[]): V1ContainerPort[] =>
  ports.map(({ name, port, protocol = 'TCP' }) => ({ name, containerPort: port, protocol }));

/** The Service of a component: a virtual address for its ready pods. */
export const service = (component: Component, ports: readonly Port[]): Manifest => ({
  ...object(component, 'v1', 'Service'),
  spec: { type: 'ClusterIP', selector: selectorLabels(component), ports: ports.map(servicePort) },
});

/** The headless Service of a StatefulSet. Members must find each other before they are ready. */
export const headlessService = (component: Component, ports: readonly Port[]): Manifest => ({
  ...object(component, 'v1', 'Service', { suffix: 'headless' }),
  spec: {
    type: 'ClusterIP',
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: selectorLabels(component),
    ports: ports.map(servicePort),
  },
});

/** Address of a component's Service inside the cluster, without scheme. */
export const serviceHost = (namespace: string, name: string, port: number): string => `${name}.${namespace}.svc:${port}`;

/** A peer as a NetworkPolicy has it; users give them raw, so they are not typed further. */
export type Peer = object;

/** The pods of another component, wherever it lives. */
export const peerOf = (from: Component, to: Component): Peer => ({
  podSelector: { matchLabels: selectorLabels(from) },
  ...(from.owner.namespace === to.owner.namespace
    ? {}
    : { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': from.owner.namespace } } }),
});

export interface IngressRule {
  from: readonly Peer[];
  ports: readonly Port[];
}

const ingressRule = (rule: IngressRule): object => ({
  from: [...rule.from],
  ports: rule.ports.map(({ name, protocol = 'TCP' }) => ({ protocol, port: name })),
});

/** Ingress to the pods of a component: only what the rules say. A rule without peers would let all in: it is left out. */
export const networkPolicy = (component: Component, rules: readonly IngressRule[]): Manifest => ({
  ...object(component, 'networking.k8s.io/v1', 'NetworkPolicy'),
  spec: {
    podSelector: { matchLabels: selectorLabels(component) },
    policyTypes: ['Ingress'],
    ingress: rules.filter((rule) => rule.from.length > 0).map(ingressRule),
  },
});

/** At most one pod of a component may be evicted at a time. */
export const disruptionBudget = (component: Component): Manifest => ({
  ...object(component, 'policy/v1', 'PodDisruptionBudget'),
  spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(component) } },
});
