import { z } from 'zod';
import { componentOverrides } from './common.ts';

export const kibana = z
  .strictObject({
    ...componentOverrides,
  })
  .meta({ description: 'Kibana.' });

export type KibanaSpec = z.output<typeof kibana>;
