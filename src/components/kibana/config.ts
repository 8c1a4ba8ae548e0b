import { elasticsearchUrl } from '../elasticsearch/endpoints.ts';
import { merged } from '../elasticsearch/settings.ts';
import { ingressUrl } from '../kit/ingress.ts';
import type { OwnedPaths, Tree } from '../kit/merge.ts';
import { componentName } from '../kit/owner.ts';
import { CERTS_DIR, KIBANA_PORT } from './defaults.ts';
import { kibanaComponent, type KibanaInput } from './input.ts';

const FIXED = 'the operator';

/** Settings that typed fields own, and which. */
export const KIBANA_OWNED: OwnedPaths = {
  'elasticsearch.hosts': FIXED,
  'elasticsearch.password': FIXED,
  'elasticsearch.serviceAccountToken': FIXED,
  'elasticsearch.ssl': FIXED,
  'elasticsearch.username': FIXED,
  'path.data': FIXED,
  'server.basePath': FIXED,
  'server.host': FIXED,
  'server.port': FIXED,
  'server.publicBaseUrl': 'spec.kibana.ingress.host',
  'server.rewriteBasePath': FIXED,
  'server.ssl': 'spec.kibana.ingress.tlsSecretName',
  'xpack.encryptedSavedObjects.encryptionKey': FIXED,
  'xpack.reporting.encryptionKey': FIXED,
  'xpack.security.encryptionKey': FIXED,
};

/**
 * Secrets, as variables of the environment that kibana.yml refers to. None is named after a setting: the image would put such a one onto
 * the command line, for everybody on the node to read.
 */
export const KIBANA_VARIABLES = {
  token: 'LGTM_SERVICE_TOKEN',
  security: 'LGTM_SECURITY_KEY',
  savedObjects: 'LGTM_SAVED_OBJECTS_KEY',
  reporting: 'LGTM_REPORTING_KEY',
} as const;

const variable = (name: keyof typeof KIBANA_VARIABLES): string => `\${${KIBANA_VARIABLES[name]}}`;

const server = (input: KibanaInput): Tree => {
  const url = ingressUrl(input.spec.ingress);
  return {
    'server.name': componentName(kibanaComponent(input)),
    'server.host': '0.0.0.0',
    'server.port': KIBANA_PORT.port,
    ...(url === undefined ? {} : { 'server.publicBaseUrl': url }),
  };
};

/** kibana.yml. */
export function kibanaSettings(input: KibanaInput): Tree {
  const ours = {
    ...server(input),
    'elasticsearch.hosts': [elasticsearchUrl(input.owner)],
    'elasticsearch.serviceAccountToken': variable('token'),
    'elasticsearch.ssl.certificateAuthorities': [`${CERTS_DIR}/ca.crt`],
    'elasticsearch.ssl.verificationMode': 'full',
    'xpack.security.encryptionKey': variable('security'),
    'xpack.encryptedSavedObjects.encryptionKey': variable('savedObjects'),
    'xpack.reporting.encryptionKey': variable('reporting'),
    // Elasticsearch's own figures are those of its container, not of the node.
    'monitoring.ui.container.elasticsearch.enabled': true,
    'telemetry.optIn': false,
    'telemetry.allowChangingOptInStatus': false,
  };
  return merged(ours, input.spec.config ?? {});
}
