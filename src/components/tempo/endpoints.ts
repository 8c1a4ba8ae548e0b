import { serviceHost } from '../kit/network.ts';
import type { Component, Owner } from '../kit/owner.ts';

export const TEMPO_PORTS = { http: 3200, grpc: 9095, otlpGrpc: 4317, otlpHttp: 4318 } as const;

export const tempoComponent = (input: { owner: Owner; version: string }): Component => ({
  owner: input.owner, component: 'tempo', product: 'tempo', version: input.version,
});

/** Base address of a Tempo, with scheme and without a path. */
export const tempoUrl = (owner: Owner): string => `http://${serviceHost(owner.namespace, `${owner.name}-tempo`, TEMPO_PORTS.http)}`;
