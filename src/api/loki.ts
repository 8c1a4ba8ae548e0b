import { z } from 'zod';
import { componentOverrides, rawObject, volume } from './common.ts';

export const loki = z
  .strictObject({
    replicas: z.union([z.literal(1), z.literal(3)]).optional()
      .meta({ description: 'Pods that each run all of Loki. 3 replicate every line three times and need object storage. Default: by size.' }),
    ...componentOverrides,
    storage: volume.optional(),
    config: rawObject("Merged into Loki's own configuration. A path that a typed field owns is refused.").optional(),
  })
  .meta({ description: 'Loki, monolithic.' });
