import type { Finding } from '../api/finding.ts';
import type { Endpoint, LokiSchemaPeriod, RetentionRow, Wire } from '../api/status.ts';
import type { Manifest } from '../base/object.ts';

/** A Secret that the engine fills once, at random: key → number of characters. */
export interface GeneratedSecret {
  manifest: Manifest;
  keys: Readonly<Record<string, number>>;
}

/** A workload whose pods the status reports. */
export interface WorkloadPlan {
  /** `loki`, `alloy` */
  component: string;
  kind: 'StatefulSet' | 'Deployment' | 'DaemonSet';
  name: string;
  namespace: string;
  version: string;
  /** Labels of its pods. */
  selector: Readonly<Record<string, string>>;
}

/** What a kind's pure half says of one resource: what to apply, and what the status needs beside what will be observed. */
export interface Plan {
  /** False while a finding forbids it, or the resource is unmanaged: what runs keeps running. */
  apply: boolean;
  /** False where the schema refuses the resource, so that nothing could be made of it. */
  rendered: boolean;
  unmanaged: boolean;
  findings: readonly Finding[];
  generated: readonly GeneratedSecret[];
  manifests: readonly Manifest[];
  workloads: readonly WorkloadPlan[];
  wiring: readonly Wire[];
  endpoints: readonly Endpoint[];
  version: string;
  /** What the data lies on, for the StorageReady condition: `object storage s3 (bucket logs)`. */
  storage: string;
  /** How long data is asked to be kept; kinds that keep none have no rows. */
  retention: readonly Omit<RetentionRow, 'inForce'>[];
  schemas?: readonly LokiSchemaPeriod[];
}
