import type { KafkaAccess } from '../kit/sink.ts';
import { type SinkRole, sinkFile, sinkVariable } from '../kit/sinkaccess.ts';
import type { Properties } from './properties.ts';

/** Settings of Kafka's own client (Java), as tools and Logstash have it. Secrets are named, never written. */

export const securityProtocol = ({ tls, sasl }: KafkaAccess): 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL' => {
  if (sasl) return tls ? 'SASL_SSL' : 'SASL_PLAINTEXT';
  return tls ? 'SSL' : 'PLAINTEXT';
};

const MODULES = { PLAIN: 'plain.PlainLoginModule', SCRAM: 'scram.ScramLoginModule' } as const;

/** A JAAS entry. `user` and `password` are placeholders of whoever reads it. */
export const jaasConfig = (mechanism: NonNullable<KafkaAccess['sasl']>['mechanism'], user: string, password: string): string =>
  `org.apache.kafka.common.security.${MODULES[mechanism === 'PLAIN' ? 'PLAIN' : 'SCRAM']} required username="${user}" password="${password}";`;

const PROVIDER = 'org.apache.kafka.common.config.provider';

/** Kafka's own providers read secrets where they lie: in variables and in files. */
const providers: Properties = {
  'config.providers': 'env,directory',
  'config.providers.env.class': `${PROVIDER}.EnvVarConfigProvider`,
  'config.providers.directory.class': `${PROVIDER}.DirectoryConfigProvider`,
};

const folder = (role: SinkRole): string => sinkFile(role, 'ca.crt').replace(/\/[^/]*$/, '');

function tlsProperties({ tls }: KafkaAccess, role: SinkRole): Properties {
  return {
    ...(tls?.ca ? { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': sinkFile(role, 'ca.crt') } : {}),
    ...(tls?.certificate
      ? {
          'ssl.keystore.type': 'PEM',
          'ssl.keystore.certificate.chain': `\${directory:${folder(role)}:tls.crt}`,
          'ssl.keystore.key': `\${directory:${folder(role)}:tls.key}`,
        }
      : {}),
  };
}

/** A file for `--command-config`. */
export function clientProperties(access: KafkaAccess, role: SinkRole): Properties {
  const { tls, sasl } = access;
  const login = sasl && jaasConfig(sasl.mechanism, `\${env:${sinkVariable(role, 'USER')}}`, `\${env:${sinkVariable(role, 'PASSWORD')}}`);
  return {
    'security.protocol': securityProtocol(access),
    ...(tls || sasl ? providers : {}),
    ...tlsProperties(access, role),
    ...(sasl && login !== undefined ? { 'sasl.mechanism': sasl.mechanism, 'sasl.jaas.config': login } : {}),
  };
}
