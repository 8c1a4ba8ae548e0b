import { z } from 'zod';
import { componentOverrides } from './common.ts';

export const kafka = z
  .strictObject({
    managed: z.strictObject({ ...componentOverrides }).meta({ description: 'A Kafka of our own.' }).optional(),
  })
  .meta({ description: 'Kafka as a buffer.' });

export type KafkaSpec = z.output<typeof kafka>;
