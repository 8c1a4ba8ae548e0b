import { z } from 'zod';
import { componentOverrides, version } from './common.ts';

export const fluentdAggregator = z
  .strictObject({
    version: version('Fluentd').optional(),
    ...componentOverrides,
  })
  .meta({ description: 'Aggregation by Fluentd.' });

export type FluentdAggregatorSpec = z.output<typeof fluentdAggregator>;
