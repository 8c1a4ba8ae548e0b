import { z } from 'zod';
import { componentOverrides, flag, objectName, rawObject, volume } from './common.ts';
import { retentionPeriod } from './duration.ts';
import { patterned } from './pattern.ts';
import { ruled } from './rule.ts';

const replicas = ruled(
  z.int().min(1).max(64).meta({
    description: 'Pods that each run all of Mimir: 1, or 3 and more, which hold every series three times and need object storage. ' +
      'After a change from 1 to 3, queries may miss older samples until 12 hours have passed. Default: by size.',
  }),
  {
    cel: 'self != 2',
    code: 'InvalidValue',
    message: 'two pods must both be there for every write, so that they are away more often than one: set 1, or 3 or more',
    holds: (count) => count !== 2,
  },
);

export const mimir = z
  .strictObject({
    replicas: replicas.optional(),
    ...componentOverrides,
    storage: volume.optional(),
    config: rawObject("Merged into Mimir's own configuration. A path that a typed field owns is refused.").optional(),
  })
  .meta({ description: 'Mimir, monolithic, in its classic architecture (without Kafka).' });

export const alertmanager = z
  .strictObject({
    enabled: flag("Mimir's Alertmanager, beside the ruler whose alerts it takes. Default: true.").optional(),
    configSecretName: objectName(
      'Secret with `alertmanager.yaml`: the configuration of tenants that have uploaded none. Default: one that notifies nobody.',
    ).optional(),
  })
  .meta({ description: 'Alertmanager.' });

const count = (description: string, least = 0) => z.int().min(least).max(2 ** 31 - 1).meta({ description });

const WINDOW = /^([1-9][0-9]{0,3}m|[1-9][0-9]{0,2}h)$/;

export const metricsLimits = z
  .strictObject({
    maxSeries: count('Most series in memory at a time. 0 turns the limit off. Default: by size.').optional(),
    ingestionRate: count('Samples a second. Default: by size.', 1).optional(),
    ingestionBurst: count('Samples at once above that. Default: by size, and at least ten seconds of the rate.', 1).optional(),
    maxExemplars: count('Exemplars that are kept in memory, in all. 0: none are taken. Default: by size.').optional(),
    outOfOrderWindow: patterned(z.string().max(5), WINDOW, 'expected 1m to 9999m, or 1h to 999h').optional()
      .meta({ description: 'How late a sample may come after a newer one of its series: `30m`. Default: not at all.' }),
    maxLabelsPerSeries: count('Most labels of a series. Default: 30.', 1).optional(),
    maxRuleGroups: count('Most rule groups. 0 turns the limit off. Default: 70.').optional(),
    maxRulesPerGroup: count('Most rules in a group. 0 turns the limit off. Default: 20.').optional(),
  })
  .meta({ description: 'Limits of each tenant that the spec names; of others those of the size hold. Mimir reads them again every ten seconds: a change restarts nothing.' });

const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** What one tenant has that the others have not. */
export const metricsTenant = z
  .strictObject({
    name: patterned(z.string().min(1).max(150), TENANT_ID, 'expected letters, digits, _ or -').meta({ description: 'Tenant, as in X-Scope-OrgID.' }),
    retention: retentionPeriod('How long its metrics are kept, at least. Default: spec.retention.').optional(),
    limits: metricsLimits.optional(),
  })
  .meta({ description: "A tenant's own settings; what it leaves out is as for all." });
