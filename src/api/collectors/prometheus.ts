import { z } from 'zod';
import { componentOverrides, flag, rawObject, version, volume } from '../common.ts';
import { patterned } from '../pattern.ts';
import { ruled } from '../rule.ts';
import { scraping } from '../scraping.ts';

/** Blocks of two hours are the least that a server keeps; 0 would mean for ever. */
const RETENTION = /^(([2-9]|[1-9][0-9]{1,2})h|[1-9][0-9]?d)$/;

export const prometheus = ruled(
  z
    .strictObject({
      version: version('Prometheus').optional(),
      mode: z.enum(['agent', 'server']).optional().meta({
        description: 'agent: scrapes and sends, and keeps only what is not yet sent. server: also keeps `localRetention`, which it can be asked for ' +
          'while the store is away, and evaluates `rule_files`, at more memory. Default: agent, since queries, rules and alerts belong to the store.',
      }),
      ha: flag('Two that scrape the same; the store keeps the samples of one, and takes over from the other when it falls silent. Default: false.').optional(),
      localRetention: patterned(z.string().max(4), RETENTION, 'expected 2h to 999h, or 1d to 99d').optional()
        .meta({ description: 'How long a server keeps samples on its volume: a buffer, not the retention of the stack. Default: 6h.' }),
      ...scraping,
      ...componentOverrides,
      storage: volume.optional(),
      additionalScrapeConfigs: z.array(rawObject("Prometheus' own scrape config, with a `job_name`.")).max(32).optional()
        .meta({ description: 'More to scrape. No passwords here: mount a Secret with `podTemplate` and name its file.' }),
      config: rawObject("Prometheus' own configuration, deep-merged over ours.").optional(),
    })
    .meta({ description: 'Collection by Prometheus. Changes of typed fields are reloaded in place, those of raw ones restart it.' }),
  {
    cel: "!has(self.localRetention) || (has(self.mode) && self.mode == 'server')",
    code: 'InvalidValue',
    message: 'an agent keeps no samples once they are sent: set mode to server, or remove localRetention',
    path: ['localRetention'],
    holds: (s) => s.localRetention === undefined || s.mode === 'server',
  },
);

export type PrometheusSpec = z.output<typeof prometheus>;
