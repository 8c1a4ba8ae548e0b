import type { Finding } from '../../api/finding.ts';
import type { Endpoint, Wire } from '../../api/status.ts';
import type { GeneratedSecret } from '../../base/generated.ts';
import type { Manifest } from '../../base/object.ts';
import type { ProductWish } from '../../base/product.ts';
import { type Component, componentName, selectorLabels } from './owner.ts';

export type { GeneratedSecret } from '../../base/generated.ts';

/** A workload whose pods the status reports. */
export interface WorkloadPlan {
  /** `loki`, `alloy` */
  component: string;
  /** A Job is ready once it has succeeded. */
  kind: 'StatefulSet' | 'Deployment' | 'DaemonSet' | 'Job';
  name: string;
  namespace: string;
  version: string;
  /** Labels of its pods. */
  selector: Readonly<Record<string, string>>;
}

/** What the status needs to know of a component's workload. */
export const workloadPlan = (component: Component, kind: WorkloadPlan['kind'], name = componentName(component)): WorkloadPlan => ({
  component: component.component,
  kind,
  name,
  namespace: component.owner.namespace,
  version: component.version,
  selector: selectorLabels(component),
});

/** The volumes of a StatefulSet, and the field that sets them. */
export interface VolumeField {
  workload: string;
  path: string;
}

/** What one component adds to the plan of its resource: each component folder exports a function that makes one. */
export interface Part {
  /** In apply order. */
  manifests: readonly Manifest[];
  workloads: readonly WorkloadPlan[];
  findings: readonly Finding[];
  generated: readonly GeneratedSecret[];
  endpoints: readonly Endpoint[];
  wires: readonly Wire[];
  products: readonly ProductWish[];
  volumes: readonly VolumeField[];
  /** Components whose pods open connections to what comes after them in the pipeline: network policies let them in. */
  talkers: readonly Component[];
}

export const EMPTY_PART: Part = {
  manifests: [], workloads: [], findings: [], generated: [], endpoints: [], wires: [], products: [], volumes: [], talkers: [],
};

export const part = (some: Partial<Part>): Part => ({ ...EMPTY_PART, ...some });

/** All parts as one, in order. */
export const joined = (parts: readonly Part[]): Part => ({
  manifests: parts.flatMap((p) => p.manifests),
  workloads: parts.flatMap((p) => p.workloads),
  findings: parts.flatMap((p) => p.findings),
  generated: parts.flatMap((p) => p.generated),
  endpoints: parts.flatMap((p) => p.endpoints),
  wires: parts.flatMap((p) => p.wires),
  products: parts.flatMap((p) => p.products),
  volumes: parts.flatMap((p) => p.volumes),
  talkers: parts.flatMap((p) => p.talkers),
});
