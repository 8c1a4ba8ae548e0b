import { z } from 'zod';
import { componentOverrides, rawObject } from './common.ts';
import { ingress } from './ingress.ts';

export const kibana = z
  .strictObject({
    replicas: z.int().min(1).max(3).optional().meta({ description: 'Pods. Default: 1.' }),
    ingress: ingress('Kibana').optional(),
    ...componentOverrides,
    config: rawObject('Merged into kibana.yml, nested or with dotted keys. A setting that a typed field owns is refused.').optional(),
  })
  .meta({ description: 'Kibana, of the same version as Elasticsearch.' });

export type KibanaSpec = z.output<typeof kibana>;
