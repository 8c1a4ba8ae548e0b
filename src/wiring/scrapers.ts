import type { MetricsStack, StoreStack } from '../api/kinds.ts';
import { LABEL } from '../base/names.ts';
import type { KubeObject, Manifest } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { peerOf } from '../components/kit/network.ts';
import type { Component } from '../components/kit/owner.ts';
import { OWN_METRICS } from '../components/prometheus/own.ts';
import { admits } from './reference.ts';
import { validList } from './valid.ts';

/** Pods that scrape what this operator runs, of one MetricsStack. */
function scrapersIn({ kind, metadata, spec }: MetricsStack): Component[] {
  const { prometheus, alloy } = spec.collection ?? {};
  const owner = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
  const wants = (one: { targets?: { components?: boolean | undefined } | undefined } | undefined): boolean => one !== undefined && one.targets?.components !== false;
  return [
    ...(wants(prometheus) ? [{ owner, component: 'prometheus', product: 'prometheus', version: '' }] : []),
    ...(wants(alloy) ? [{ owner, component: 'alloy-metrics', product: 'alloy', version: '' }] : []),
  ];
}

/** A stack says who may come from other namespaces; what cannot say so is scraped from its own. */
const lets = (resource: KubeObject, namespace: string): boolean =>
  resource.metadata.namespace === namespace || ('allowedNamespaces' in ((resource as { spec?: object }).spec ?? {}) && admits(resource as StoreStack, namespace));

/** Pods that may scrape the components of a resource. */
export const scrapersOf = (resource: KubeObject, view: View): Component[] =>
  validList<MetricsStack>(view, 'MetricsStack')
    .filter(({ metadata }) => lets(resource, metadata.namespace ?? ''))
    .flatMap(scrapersIn);

interface Policy extends Manifest {
  spec: { ingress: readonly object[] };
}

function withRule(policy: Policy, scrapers: readonly Component[]): Manifest {
  const metrics = OWN_METRICS[policy.metadata.labels?.[LABEL.name] ?? ''];
  if (!metrics) return policy;
  const to: Component = { owner: { kind: '', namespace: policy.metadata.namespace ?? '', name: '' }, component: '', product: '', version: '' };
  const rule = { from: scrapers.map((scraper) => peerOf(scraper, to)), ports: [{ protocol: 'TCP', port: metrics.port }] };
  return { ...policy, spec: { ...policy.spec, ingress: [...policy.spec.ingress, rule] } };
}

/** The manifests of a resource, with its network policies open to scrapers at the port of the metrics. */
export function withScrapers(manifests: readonly Manifest[], scrapers: readonly Component[]): Manifest[] {
  if (scrapers.length === 0) return [...manifests];
  return manifests.map((manifest) => (manifest.kind === 'NetworkPolicy' ? withRule(manifest as Policy, scrapers) : manifest));
}
