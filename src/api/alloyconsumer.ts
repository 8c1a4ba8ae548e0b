import { z } from 'zod';
import { componentOverrides, flag, freeText, version } from './common.ts';

export const alloyConsumer = z
  .strictObject({
    version: version('Alloy').optional(),
    replicas: z.int().min(1).max(64).optional().meta({ description: 'Pods; more than the topic has partitions would be idle. Default: by size.' }),
    streamLabels: z
      .record(z.string(), freeText(1024, 1))
      .refine((value) => Object.keys(value).length <= 8, 'at most 8 entries')
      .meta({ description: 'Labels on every line, beside namespace, container, app and job: `{cluster: eu-1}`.', maxProperties: 8 }).optional(),
    incomingTimestamp: flag("Records without a time of their own get Kafka's; false: the time at which they are read. Default: true.").optional(),
    ...componentOverrides,
    extraConfig: freeText(65_536).optional()
      .meta({ description: "More of Alloy's own configuration, in a file of its own beside ours. It may refer to `loki.write.default.receiver`." }),
  })
  .meta({ description: 'Alloy that reads Kafka and writes to Loki.' });

export type AlloyConsumerSpec = z.output<typeof alloyConsumer>;
