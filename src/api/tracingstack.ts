import { z } from 'zod';
import { allowedNamespaces, images, managementState, networkPolicy, size, version } from './common.ts';
import { retentionPeriod } from './duration.ts';
import { objectStorage } from './objectstorage.ts';
import { ruled } from './rule.ts';
import { limits, metricsGenerator, receivers, tempo, tenantOverrides } from './tempo.ts';
import { tenancy } from './tenancy.ts';

const spec = z.strictObject({
  managementState: managementState.optional(),
  version: version('Tempo').optional(),
  size: size.optional(),
  images: images.optional(),
  retention: retentionPeriod('How long traces are kept, at least: `14d`. Default: 14d, as Tempo has it.').optional(),
  storage: objectStorage.optional(),
  tenancy: tenancy("Tempo's `multitenancy_enabled`", 'the collectors').optional(),
  tempo: tempo.optional(),
  receivers: receivers.optional(),
  metricsGenerator: metricsGenerator.optional(),
  limits: limits.optional(),
  tenants: z.array(tenantOverrides).max(64).optional().meta({ description: 'Settings of single tenants, while tenancy is enabled.' }),
  networkPolicy: networkPolicy.optional(),
  allowedNamespaces: allowedNamespaces.optional(),
});

export const tracingStackSpec = ruled(
  spec.meta({ description: 'Traces: Tempo, and the metrics that it makes of them.' }),
  {
    cel: '!has(self.tenants) || self.tenants.size() == 0 || (has(self.tenancy) && self.tenancy.enabled)',
    code: 'InvalidValue',
    message: 'tenants belongs to tenancy.enabled: set that to true, or set limits and retention for all',
    path: ['tenants'],
    holds: (s) => (s.tenants ?? []).length === 0 || s.tenancy?.enabled === true,
  },
  {
    cel: '!has(self.tenants) || self.tenants.all(a, self.tenants.exists_one(b, a.name == b.name))',
    code: 'InvalidValue',
    message: 'tenants names a tenant twice: give each one entry',
    path: ['tenants'],
    holds: (s) => new Set((s.tenants ?? []).map(({ name }) => name)).size === (s.tenants ?? []).length,
  },
);

export type TracingStackSpec = z.output<typeof tracingStackSpec>;
