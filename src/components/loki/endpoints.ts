import type { Endpoint } from '../../api/status.ts';
import { serviceHost } from '../kit/network.ts';
import { type Owner } from '../kit/owner.ts';
import { LOKI_PORTS } from './defaults.ts';

/** Base address of a Loki, with scheme and without a path. */
export const lokiUrl = (owner: Owner): string => `http://${serviceHost(owner.namespace, `${owner.name}-loki`, LOKI_PORTS.http)}`;

export const lokiPushUrl = (owner: Owner): string => `${lokiUrl(owner)}/loki/api/v1/push`;

/** Addresses for the status. Collectors of OpenTelemetry take the base and append `/v1/logs` themselves. */
export const lokiEndpoints = (owner: Owner): Endpoint[] => [
  { name: 'push', url: lokiPushUrl(owner) },
  { name: 'query', url: lokiUrl(owner) },
  { name: 'otlp', url: `${lokiUrl(owner)}/otlp` },
  { name: 'tail', url: `${lokiUrl(owner).replace('http:', 'ws:')}/loki/api/v1/tail` },
];
