import { z } from 'zod';
import { componentOverrides } from './common.ts';

export const elasticsearch = z
  .strictObject({
    replicas: z.union([z.literal(1), z.literal(3)]).optional().meta({ description: 'Nodes. Default: by size.' }),
    ...componentOverrides,
  })
  .meta({ description: 'Elasticsearch, one set of nodes.' });

export type ElasticsearchSpec = z.output<typeof elasticsearch>;
