import { z } from 'zod';
import { dnsLabel, freeText, labelSelector } from './common.ts';

/** Some namespaces, or all but some. */
export const namespaceSelection = (description: string) =>
  z
    .strictObject({
      include: z.array(dnsLabel('Namespace.')).max(128).optional().meta({ description: 'Only these. Default: all.' }),
      exclude: z.array(dnsLabel('Namespace.')).max(128).optional().meta({ description: 'All but these.' }),
    })
    .meta({ description });

/** Which pods a collector takes logs of: the same for all collectors. */
export const podSelection = {
  namespaces: namespaceSelection('Namespaces whose pods are collected.').optional(),
  selector: labelSelector('Pods that are collected, by label. Default: all.').optional(),
} as const;

/** Lines that belong together. The collector joins partial lines of the container runtime in any case. */
export const multiline = z
  .strictObject({
    firstLine: freeText(512, 1).meta({ description: 'Regular expression that the first line of an event matches; other lines are joined to it.' }),
  })
  .meta({ description: 'Joins lines of one event, such as stack traces. Default: a line is an event.' });

/** For collectors that read the log files of their node and nothing else. */
export const podFiles = z
  .strictObject({ ...podSelection, multiline: multiline.optional() })
  .meta({ description: 'Logs of pods, read from the files of the node.' });

export type PodSelection = { [K in keyof typeof podSelection]?: z.output<(typeof podSelection)[K]> };
