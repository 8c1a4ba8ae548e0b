import { z } from 'zod';
import { componentOverrides, version } from '../common.ts';
import { duration } from '../duration.ts';
import { podFiles } from '../podselection.ts';
import { bufferSize } from './nodebuffer.ts';

/** How long a chunk is tried again; the same for the collector and the aggregator. */
export const retryFor = duration(
  'How long a chunk is tried again. After 80 % of it chunks go to the dead letters. Default: for ever, since an outage of the store then loses nothing that fits the buffer.',
);

const buffer = z
  .strictObject({
    size: bufferSize('Full: see `overflow`.').optional(),
    overflow: z.enum(['block', 'dropOldest']).optional().meta({
      description: 'block: stops reading until there is room; lines wait in the log files, until the kubelet rotates them away. dropOldest: drops the oldest chunk. Default: block.',
    }),
    retryFor: retryFor.optional(),
  })
  .meta({ description: 'Unsent records, on the disk of the node.' });

export const fluentd = z
  .strictObject({
    version: version('Fluentd').optional(),
    podLogs: podFiles.optional(),
    buffer: buffer.optional(),
    ...componentOverrides,
  })
  .meta({ description: 'Collection by Fluentd, on every node.' });

export type FluentdSpec = z.output<typeof fluentd>;
