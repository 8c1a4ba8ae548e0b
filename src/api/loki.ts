import { z } from 'zod';
import { componentOverrides, rawObject, volume } from './common.ts';

const count = (description: string) => z.int().min(1).max(1_000_000_000).meta({ description });

const limits = z
  .strictObject({
    ingestionRateMB: count('Megabytes a second. Default: 4, as Loki has it.').optional(),
    ingestionBurstMB: count('Megabytes at once; at least the largest push. Default: 6.').optional(),
    maxStreams: count('Most active streams, in all. Default: 5000.').optional(),
    perStreamRateMB: count('Megabytes a second of one stream. Default: 3.').optional(),
    maxEntriesPerQuery: count('Most lines that a query gives back. Default: 5000.').optional(),
    maxQuerySeries: count('Most series of a metric query. Default: 500.').optional(),
  })
  .meta({ description: "Limits of the stack's tenant. Loki reads them again every ten seconds: a change restarts nothing." });

export const loki = z
  .strictObject({
    replicas: z.union([z.literal(1), z.literal(3)]).optional()
      .meta({ description: 'Pods that each run all of Loki. 3 replicate every line three times and need object storage. Default: by size.' }),
    limits: limits.optional(),
    ...componentOverrides,
    storage: volume.optional(),
    config: rawObject("Merged into Loki's own configuration. A path that a typed field owns is refused.").optional(),
  })
  .meta({ description: 'Loki, monolithic.' });
