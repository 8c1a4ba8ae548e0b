import { z } from 'zod';
import { dnsLabel, flag, labelMap } from './common.ts';
import { patterned } from './pattern.ts';
import { namespaceSelection } from './podselection.ts';

/** What collectors of metrics have in common: what they scrape, how often, and which labels they add. */

/** Prometheus looks back five minutes for the last sample: with a longer interval every graph would have gaps. */
const INTERVAL = /^(([1-9][0-9]?|[12][0-9][0-9])s|[1-4]m)$/;

const targets = z
  .strictObject({
    kubelet: flag('`/metrics` of the kubelet on every node. Default: true.').optional(),
    cadvisor: flag('`/metrics/cadvisor` of every kubelet: processor, memory, disk and network of containers. Default: true.').optional(),
    insecureKubelets: flag(
      'Do not verify the certificates of kubelets. They get the token of the collector, so this trusts the network of the nodes. ' +
        'Needed where kubelets sign their own certificates: kubeadm and kind without `serverTLSBootstrap`. Default: false.',
    ).optional(),
    apiServer: flag('`/metrics` of the Kubernetes API servers. Default: true.').optional(),
    annotatedPods: flag(
      'Pods with the annotation `prometheus.io/scrape: "true"`. `prometheus.io/port`: default every declared container port; ' +
        '`prometheus.io/path`: default `/metrics`; `prometheus.io/scheme`: default `http`, and `https` is not verified. Default: true.',
    ).optional(),
    components: flag('Metrics of everything that this operator runs, in all namespaces. Default: true.').optional(),
    namespaces: namespaceSelection('Namespaces whose annotated pods are scraped.').optional(),
  })
  .meta({ description: 'What is scraped.' });

export const scraping = {
  scrapeInterval: patterned(z.string().max(5), INTERVAL, 'expected 1s to 299s, or 1m to 4m').optional()
    .meta({ description: "How often targets are scraped. Grafana's datasource gets the same value. Default: 30s." }),
  clusterName: dnsLabel('Value of the label `cluster` on every series. Default: no such label; `<namespace>-<name>` of the stack in an HA pair.').optional(),
  externalLabels: labelMap('More labels on every series that leaves the collector.').optional(),
  targets: targets.optional(),
} as const;

export type Scraping = { [K in keyof typeof scraping]?: z.output<(typeof scraping)[K]> };

/** Seconds, as in `30s`: what a collector of metrics scrapes by, and what Grafana needs as its `timeInterval`. */
export const scrapeInterval = (spec: Pick<Scraping, 'scrapeInterval'>): string => spec.scrapeInterval ?? '30s';
