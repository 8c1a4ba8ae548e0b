import { z } from 'zod';
import { componentOverrides, version } from './common.ts';

export const alloyConsumer = z
  .strictObject({
    version: version('Alloy').optional(),
    ...componentOverrides,
  })
  .meta({ description: 'Alloy that reads Kafka.' });

export type AlloyConsumerSpec = z.output<typeof alloyConsumer>;
