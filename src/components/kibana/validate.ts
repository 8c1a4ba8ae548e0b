import { type Finding, warning } from '../../api/finding.ts';
import type { KibanaSpec } from '../../api/kibana.ts';
import { quantityValue } from '../../api/quantity.ts';
import { settingsFindings } from '../elasticsearch/settings.ts';
import { requiredSecret } from '../kit/secret.ts';
import type { Stage } from '../kit/stage.ts';
import { KIBANA_OWNED } from './config.ts';
import { KIBANA_MEMORY_FLOOR } from './defaults.ts';
import { kibanaResources } from './input.ts';

function memory(spec: KibanaSpec, size: Stage['size']): Finding[] {
  const limit = kibanaResources({ spec, size }).limits.memory;
  if (limit === undefined || quantityValue(limit) >= quantityValue(KIBANA_MEMORY_FLOOR)) return [];
  const path = 'spec.kibana.resources.limits.memory';
  return [warning('MemoryTooLow', path, `${path} is ${limit}: below ${KIBANA_MEMORY_FLOOR} Kibana is killed while it starts: raise it`)];
}

/** A certificate may come later: issuers wait for the Ingress to be there. */
function certificate(spec: KibanaSpec, stage: Stage): Finding[] {
  const name = spec.ingress?.tlsSecretName;
  if (name === undefined) return [];
  const wanted = { namespace: stage.owner.namespace, name, path: 'spec.kibana.ingress.tlsSecretName', keys: ['tls.crt', 'tls.key'] };
  return requiredSecret(wanted, (secret) => stage.secret(secret)).map((finding) => ({ ...finding, severity: 'warning' }));
}

export const validateKibana = (spec: KibanaSpec, stage: Stage): Finding[] => [
  ...settingsFindings('spec.kibana.config', spec.config ?? {}, KIBANA_OWNED),
  ...memory(spec, stage.size),
  ...certificate(spec, stage),
];
