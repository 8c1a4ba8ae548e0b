import { z } from 'zod';
import { componentOverrides, dnsLabel, rawObject, version } from '../common.ts';
import { podFiles } from '../podselection.ts';

export const promtail = z
  .strictObject({
    version: version('Promtail').optional(),
    podLogs: podFiles.optional(),
    clusterName: dnsLabel('Value of the label `cluster` on every line. Default: no such label.').optional(),
    migrateTo: z.literal('alloy').optional().meta({
      description: 'Runs Alloy in its place, with the same selection and labels: it goes on where Promtail has stopped. Then replace `promtail` by `alloy` at leisure.',
    }),
    ...componentOverrides,
    config: rawObject("Merged into Promtail's own configuration. A path that a typed field owns is refused.").optional(),
  })
  .meta({ description: 'Collection by Promtail, which is end-of-life since March 2026: for those who still have it. Set migrateTo.' });

export type PromtailSpec = z.output<typeof promtail>;
