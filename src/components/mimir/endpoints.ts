import type { Endpoint } from '../../api/status.ts';
import { serviceHost } from '../kit/network.ts';
import type { Component, Owner } from '../kit/owner.ts';

export const MIMIR_PORTS = { http: 8080, grpc: 9095, gossip: 7946 } as const;

export const mimirComponent = (input: { owner: Owner; version: string }): Component => ({
  owner: input.owner, component: 'mimir', product: 'mimir', version: input.version,
});

/** Base address of a Mimir, with scheme and without a path. */
export const mimirUrl = (owner: Owner): string => `http://${serviceHost(owner.namespace, `${owner.name}-mimir`, MIMIR_PORTS.http)}`;

export const mimirPushUrl = (owner: Owner): string => `${mimirUrl(owner)}/api/v1/push`;

/** Base of the Prometheus API. */
export const mimirQueryUrl = (owner: Owner): string => `${mimirUrl(owner)}/prometheus`;

export const mimirAlertmanagerUrl = (owner: Owner): string => `${mimirUrl(owner)}/alertmanager`;

/** Base of the OTLP API: collectors of OpenTelemetry append `/v1/metrics` themselves. */
export const mimirOtlpUrl = (owner: Owner): string => `${mimirUrl(owner)}/otlp`;

/** Addresses for the status. */
export const mimirEndpoints = (owner: Owner, withAlertmanager: boolean): Endpoint[] => [
  { name: 'push', url: mimirPushUrl(owner) },
  { name: 'otlp', url: mimirOtlpUrl(owner) },
  { name: 'query', url: mimirQueryUrl(owner) },
  ...(withAlertmanager ? [{ name: 'alertmanager', url: mimirAlertmanagerUrl(owner) }] : []),
];
