import type { IngressSpec } from '../../api/ingress.ts';
import type { Manifest } from '../../base/object.ts';
import type { Peer, Port } from './network.ts';
import { type Component, componentName, object } from './owner.ts';

/** The Ingress to a component's Service, where one is wanted. */
export function ingressTo(component: Component, port: Port, wanted: IngressSpec | undefined): Manifest[] {
  if (!wanted) return [];
  const backend = { service: { name: componentName(component), port: { name: port.name } } };
  return [
    {
      ...object(component, 'networking.k8s.io/v1', 'Ingress', wanted.annotations ? { annotations: wanted.annotations } : {}),
      spec: {
        ...(wanted.className === undefined ? {} : { ingressClassName: wanted.className }),
        ...(wanted.tlsSecretName === undefined ? {} : { tls: [{ hosts: [wanted.host], secretName: wanted.tlsSecretName }] }),
        rules: [{ host: wanted.host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      },
    },
  ];
}

/** Address that people type, without a path; undefined without an Ingress. */
export const ingressUrl = (wanted: IngressSpec | undefined): string | undefined =>
  wanted && `${wanted.tlsSecretName === undefined ? 'http' : 'https'}://${wanted.host}`;

/** An ingress controller can be anywhere; who knows where it is says so in `from` of the network policy. */
export const ingressPeers = (wanted: IngressSpec | undefined, from: readonly Peer[] | undefined): readonly Peer[] =>
  from ?? (wanted ? [{ namespaceSelector: {} }] : []);
