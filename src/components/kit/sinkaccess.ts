import type { V1EnvVar, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { SecretKey } from '../../base/product.ts';
import { fromSecret } from './objectstorage.ts';
import type { KafkaSink, Sink } from './sink.ts';
import { secretHash, type Stage } from './stage.ts';

/** What a pod gets to reach a sink: passwords as variables, certificates as files. No configuration holds a secret. */
export interface SinkAccess {
  env: readonly V1EnvVar[];
  volumes: readonly V1Volume[];
  mounts: readonly V1VolumeMount[];
}

/** A pod may reach two: the Kafka that it reads from, and what it writes to. */
export type SinkRole = 'sink' | 'source';

export const sinkVariable = (role: SinkRole, what: 'USER' | 'PASSWORD' | 'SHARED_KEY'): string => `${role.toUpperCase()}_${what}`;

export const sinkFile = (role: SinkRole, name: 'ca.crt' | 'tls.crt' | 'tls.key'): string => `/etc/${role}/${name}`;

type Files = Readonly<Record<string, SecretKey | undefined>>;

function filesOf(sink: Sink): Files {
  if (sink.type === 'elasticsearch') return { 'ca.crt': sink.ca };
  if (sink.type !== 'kafka' || !sink.tls) return {};
  return { 'ca.crt': sink.tls.ca, 'tls.crt': sink.tls.certificate, 'tls.key': sink.tls.key };
}

function secretsOf(sink: Sink): Partial<Record<'USER' | 'PASSWORD' | 'SHARED_KEY', SecretKey>> {
  if (sink.type === 'elasticsearch') return { PASSWORD: sink.password };
  if (sink.type === 'forward') return { SHARED_KEY: sink.sharedKey };
  return sink.type === 'kafka' && sink.sasl ? { USER: sink.sasl.user, PASSWORD: sink.sasl.password } : {};
}

/** Environment, volumes and mounts for a sink. */
export function sinkAccess(sink: Sink, role: SinkRole): SinkAccess {
  const env = (['USER', 'PASSWORD', 'SHARED_KEY'] as const).flatMap((what) => {
    const key = secretsOf(sink)[what];
    return key ? [fromSecret(sinkVariable(role, what), key.secret, key.key)] : [];
  });
  const sources = Object.entries(filesOf(sink)).flatMap(([path, key]) => (key ? [{ secret: { name: key.secret, items: [{ key: key.key, path }] } }] : []));
  if (sources.length === 0) return { env, volumes: [], mounts: [] };
  return { env, volumes: [{ name: role, projected: { sources } }], mounts: [{ name: role, mountPath: `/etc/${role}`, readOnly: true }] };
}

/** Kubernetes expands `$(NAME)` in the values of an environment; doubled, the sign stands for itself. */
export const literalEnv = (value: string): string => value.split('$(').join('$$(');

/** Hash of the Secrets that a user gave for a Kafka: pods restart when they change. What we generate does not change by itself. */
export function kafkaSecretsHash(stage: Stage, sink: Sink | KafkaSink | undefined): string {
  if (sink?.type !== 'kafka') return '';
  const keys = [sink.sasl?.user, sink.sasl?.password, sink.tls?.ca, sink.tls?.certificate, sink.tls?.key];
  const names = new Set(keys.flatMap((key) => (key ? [key.secret] : [])));
  return [...names].map((name) => secretHash(stage, name)).join();
}
