import { z } from 'zod';
import { componentOverrides, version } from '../common.ts';

export const fluentd = z
  .strictObject({
    version: version('Fluentd').optional(),
    ...componentOverrides,
  })
  .meta({ description: 'Collection by Fluentd.' });

export type FluentdSpec = z.output<typeof fluentd>;
