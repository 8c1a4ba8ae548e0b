import { z } from 'zod';
import { componentOverrides, version } from '../common.ts';

export const promtail = z
  .strictObject({
    version: version('Promtail').optional(),
    ...componentOverrides,
  })
  .meta({ description: 'Collection by Promtail, which is end-of-life: move to alloy.' });

export type PromtailSpec = z.output<typeof promtail>;
