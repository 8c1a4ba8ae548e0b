import { z } from 'zod';
import { componentOverrides, version } from '../common.ts';

export const fluentBit = z
  .strictObject({
    version: version('Fluent Bit').optional(),
    ...componentOverrides,
  })
  .meta({ description: 'Collection by Fluent Bit.' });

export type FluentBitSpec = z.output<typeof fluentBit>;
