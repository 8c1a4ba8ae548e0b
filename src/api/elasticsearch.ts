import { z } from 'zod';
import { componentOverrides, rawObject, volume } from './common.ts';

/** No `off`: unquoted, YAML 1.1 reads that as false, and so does kubectl. */
export const MEMORY_MAPS = ['auto', 'sysctl', 'node', 'never'] as const;

export const elasticsearch = z
  .strictObject({
    replicas: z.union([z.literal(1), z.literal(3)]).optional()
      .meta({ description: 'Nodes, each of them with all roles. Three keep every record twice. May grow from 1 to 3, not shrink. Default: by size.' }),
    memoryMap: z.enum(MEMORY_MAPS).optional().meta({
      description: 'How index files are read. Mapping them into memory is faster, and needs vm.max_map_count of 262144 or more on the node. '
        + 'auto: each pod maps where its node allows it. sysctl: a privileged container raises the limit first. '
        + 'node: the nodes are prepared; a pod on one that is not fails to start. never: read piece by piece. Default: auto.',
    }),
    ...componentOverrides,
    storage: volume.optional(),
    config: rawObject("Merged into elasticsearch.yml, nested or with dotted keys. A setting that a typed field owns is refused.").optional(),
  })
  .meta({ description: 'Elasticsearch, one set of nodes.' });

export type ElasticsearchSpec = z.output<typeof elasticsearch>;
