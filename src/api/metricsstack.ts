import { z } from 'zod';
import { allowedNamespaces, images, managementState, networkPolicy, size, version } from './common.ts';
import { retentionPeriod } from './duration.ts';
import { objectStorage } from './objectstorage.ts';
import { tenancy } from './tenancy.ts';

export const metricsStackSpec = z
  .strictObject({
    managementState: managementState.optional(),
    version: version('Mimir').optional(),
    size: size.optional(),
    images: images.optional(),
    retention: retentionPeriod('How long they are kept, at least: `30d`.').optional(),
    storage: objectStorage.optional(),
    tenancy: tenancy("Mimir's `multitenancy_enabled`", 'the collectors').optional(),
    networkPolicy: networkPolicy.optional(),
    allowedNamespaces: allowedNamespaces.optional(),
  })
  .meta({ description: 'Mimir.' });

export type MetricsStackSpec = z.output<typeof metricsStackSpec>;
