import { z } from 'zod';
import { componentOverrides, version } from '../common.ts';
import { podFiles } from '../podselection.ts';
import { bufferSize } from './nodebuffer.ts';

export const fluentBit = z
  .strictObject({
    version: version('Fluent Bit').optional(),
    podLogs: podFiles.optional(),
    buffer: z
      .strictObject({ size: bufferSize('Full: the oldest chunks are dropped.').optional() })
      .meta({ description: 'Unsent records, on the disk of the node. They are tried again for ever.' })
      .optional(),
    ...componentOverrides,
  })
  .meta({ description: 'Collection by Fluent Bit, on every node.' });

export type FluentBitSpec = z.output<typeof fluentBit>;
