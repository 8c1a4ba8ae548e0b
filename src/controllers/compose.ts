import { isFailure, type Finding } from '../api/finding.ts';
import type { Wire } from '../api/status.ts';
import { refKey, refOf } from '../base/object.ts';
import type { KubeObject } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { grafanaComponent } from '../components/grafana/input.ts';
import { type Peer, peerOf } from '../components/kit/network.ts';
import type { Component } from '../components/kit/owner.ts';
import { joined, type Part } from '../components/kit/part.ts';
import type { Plan } from '../status/plan.ts';
import { productReport } from '../status/products.ts';
import { scrapersOf, withScrapers } from '../wiring/scrapers.ts';
import { dashboardsOf } from '../wiring/stacks.ts';
import type { StoreStack } from '../api/kinds.ts';
import { volumeFindings } from './volumes.ts';

/** What a resource is made of, and what only its kind knows. */
export interface Composition extends Pick<Plan, 'version' | 'storage' | 'retention' | 'schemas'> {
  resource: KubeObject & { spec: { managementState?: 'Managed' | 'Unmanaged' | undefined } };
  view: View;
  parts: readonly Part[];
  wires: readonly Wire[];
  observations?: readonly Finding[];
}

function volumeChanges({ volumes, manifests }: Part, view: View): Finding[] {
  return volumes.flatMap(({ workload, path }) =>
    volumeFindings(manifests.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === workload), path, view));
}

/** The plan of a resource from its parts: it is applied unless a finding forbids it, or the user. */
export function composed(input: Composition): Plan {
  const { resource, view, parts, wires, observations, ...rest } = input;
  const { talkers: _talkers, volumes: _volumes, ...all } = joined(parts);
  const findings = [...all.findings, ...volumeChanges(joined(parts), view)];
  const unmanaged = resource.spec.managementState === 'Unmanaged';
  const products = productReport(refOf(resource), all.products, (ref, id) => view.product(ref, id));
  return {
    ...all,
    ...rest,
    manifests: withScrapers(all.manifests, scrapersOf(resource, view)),
    findings,
    observations: [...(observations ?? []), ...products.findings],
    ...(products.states.length > 0 ? { asked: products.states } : {}),
    wires: [...all.wires, ...wires],
    apply: !unmanaged && !findings.some(isFailure),
    rendered: true,
    unmanaged,
  };
}

/** Pods of the Grafanas that have a datasource for a stack: the component that serves it must let them in. */
export const dashboardPeers = (stack: StoreStack, to: Component, view: View): Peer[] =>
  dashboardsOf(stack, view).map(({ kind, metadata }) =>
    peerOf(grafanaComponent({ owner: { kind, namespace: metadata.namespace ?? '', name: metadata.name }, version: '' }), to));

/** Links from the dashboards that have a datasource for a stack. */
export const dashboardWires = (stack: StoreStack, view: View): Wire[] =>
  dashboardsOf(stack, view).map((dashboard) => ({ from: refKey(refOf(dashboard)), to: refKey(refOf(stack)), what: 'datasource', state: 'Active' }));
