import { z } from 'zod';
import { componentOverrides, flag, freeText, version, volume } from '../common.ts';
import { scraping } from '../scraping.ts';

export const alloyMetrics = z
  .strictObject({
    version: version('Alloy').optional(),
    replicas: z.int().min(1).max(16).optional()
      .meta({ description: 'Pods that share the targets: each is scraped once, and by another pod when its own is gone. Default: by size.' }),
    ...scraping,
    operatorResources: flag(
      'Also what ServiceMonitors and PodMonitors ask for, and PrometheusRules for the ruler of the store. Their CRDs must be there first. ' +
        'Monitors that take credentials from Secrets are not served: the collector may not read Secrets. Default: false.',
    ).optional(),
    ...componentOverrides,
    storage: volume.optional(),
    extraConfig: freeText(65_536).optional()
      .meta({ description: "More of Alloy's own configuration, in a file of its own beside ours. It may refer to `prometheus.remote_write.default.receiver`." }),
  })
  .meta({ description: 'Collection by Grafana Alloy.' });

export type AlloyMetricsSpec = z.output<typeof alloyMetrics>;
