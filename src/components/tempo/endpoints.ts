import type { TracingStackSpec } from '../../api/tracingstack.ts';
import type { Endpoint } from '../../api/status.ts';
import { serviceHost } from '../kit/network.ts';
import type { Component, Owner } from '../kit/owner.ts';
import { receiversOf } from './receivers.ts';

export const TEMPO_PORTS = { http: 3200, grpc: 9095 } as const;

export const tempoComponent = (input: { owner: Owner; version: string }): Component => ({
  owner: input.owner, component: 'tempo', product: 'tempo', version: input.version,
});

const host = (owner: Owner, port: number): string => serviceHost(owner.namespace, `${owner.name}-tempo`, port);

/** Base address of a Tempo, with scheme and without a path. */
export const tempoUrl = (owner: Owner): string => `http://${host(owner, TEMPO_PORTS.http)}`;

/** Addresses for the status: one for each receiver that is on, and the one for queries. */
export const tempoEndpoints = (owner: Owner, spec: Pick<TracingStackSpec, 'receivers'>): Endpoint[] => [
  ...receiversOf(spec).map(({ name, port, scheme, path }) => ({ name, url: `${scheme}${host(owner, port)}${path}` })),
  { name: 'query', url: tempoUrl(owner) },
];
