import { z } from 'zod';
import { componentOverrides, version } from './common.ts';

export const logstash = z
  .strictObject({
    version: version('Logstash').optional(),
    ...componentOverrides,
  })
  .meta({ description: 'Processing by Logstash.' });

export type LogstashSpec = z.output<typeof logstash>;
