import { z } from 'zod';
import { alloyMetrics } from './collectors/alloymetrics.ts';
import { prometheus } from './collectors/prometheus.ts';
import { allowedNamespaces, images, managementState, networkPolicy, size, version } from './common.ts';
import { retentionPeriod } from './duration.ts';
import { alertmanager, metricsLimits, metricsTenant, mimir } from './mimir.ts';
import { objectStorage } from './objectstorage.ts';
import { ruled } from './rule.ts';
import { tenancy } from './tenancy.ts';

const collection = ruled(
  z
    .strictObject({ prometheus: prometheus.optional(), alloy: alloyMetrics.optional() })
    .meta({ description: 'What scrapes. Absent: nothing, others write into the store.' }),
  {
    cel: '!has(self.prometheus) || !has(self.alloy)',
    code: 'InvalidValue',
    message: 'both would write the same series, and the store would refuse half of the samples: keep one of them',
    path: ['alloy'],
    holds: (c) => c.prometheus === undefined || c.alloy === undefined,
  },
);

const spec = z.strictObject({
  managementState: managementState.optional(),
  version: version('Mimir').optional(),
  size: size.optional(),
  images: images.optional(),
  retention: retentionPeriod('How long metrics are kept, at least: `90d`. Default: forever, as Mimir has it.').optional(),
  storage: objectStorage.optional(),
  tenancy: tenancy("Mimir's `multitenancy_enabled`", 'the collectors').optional(),
  mimir: mimir.optional(),
  alertmanager: alertmanager.optional(),
  collection: collection.optional(),
  limits: metricsLimits.optional(),
  tenants: z.array(metricsTenant).max(64).optional().meta({ description: 'Settings of single tenants, while tenancy is enabled.' }),
  networkPolicy: networkPolicy.optional(),
  allowedNamespaces: allowedNamespaces.optional(),
});

/** What Mimir takes as `storage_prefix`. */
const STORAGE_PREFIX = /^[0-9A-Za-z]+$/;

export const metricsStackSpec = ruled(
  spec.meta({ description: 'Metrics: Mimir, and what scrapes for it.' }),
  {
    cel: "!(has(self.mimir) && has(self.mimir.replicas) && self.mimir.replicas > 1) || (has(self.storage) && self.storage.type != 'filesystem')",
    code: 'ReplicasNeedObjectStorage',
    message: 'several replicas need object storage (s3, gcs or azure), for a filesystem cannot be shared: set storage, or one replica',
    path: ['mimir', 'replicas'],
    holds: (s) => (s.mimir?.replicas ?? 1) === 1 || (s.storage !== undefined && s.storage.type !== 'filesystem'),
  },
  {
    cel: `!has(self.storage) || !has(self.storage.prefix) || self.storage.prefix.matches('${STORAGE_PREFIX.source}')`,
    code: 'InvalidValue',
    message: 'Mimir takes letters and digits only: leave the dashes out',
    path: ['storage', 'prefix'],
    holds: (s) => s.storage?.prefix === undefined || STORAGE_PREFIX.test(s.storage.prefix),
  },
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

export type MetricsStackSpec = z.output<typeof metricsStackSpec>;
