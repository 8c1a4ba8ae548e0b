import { z } from 'zod';
import { retryFor } from './collectors/fluentd.ts';
import { componentOverrides, version, volume } from './common.ts';

export const fluentdAggregator = z
  .strictObject({
    version: version('Fluentd').optional(),
    replicas: z.int().min(1).max(16).optional().meta({ description: 'Pods, each with a buffer of its own. Fewer of them: what is in the volumes of those that go is sent only once they come back. Default: by size.' }),
    retryFor: retryFor.optional(),
    ...componentOverrides,
    storage: volume.optional(),
  })
  .meta({ description: 'Aggregation by Fluentd: it takes records by the forward protocol, with acknowledgement, or from Kafka, and keeps them on its volume until the store has them.' });

export type FluentdAggregatorSpec = z.output<typeof fluentdAggregator>;
