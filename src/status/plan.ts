import type { Finding } from '../api/finding.ts';
import type { LokiSchemaPeriod, RetentionRow } from '../api/status.ts';
import type { Part } from '../components/kit/part.ts';
import type { ProductState } from './products.ts';

export type { GeneratedSecret, WorkloadPlan } from '../components/kit/part.ts';

/** What a kind's pure half says of one resource: what to apply, and what the status needs beside what will be observed. */
export interface Plan extends Omit<Part, 'talkers' | 'volumes'> {
  /** False while a finding forbids it, or the resource is unmanaged: what runs keeps running. */
  apply: boolean;
  /** False where the schema refuses the resource, so that nothing could be made of it. */
  rendered: boolean;
  unmanaged: boolean;
  /** Of the spec and what it refers to: an error among them forbids to apply. */
  findings: readonly Finding[];
  /** Of what runs: they show in the status and forbid nothing. */
  observations: readonly Finding[];
  version: string;
  /** What the data lies on, for the StorageReady condition: `object storage s3 (bucket logs)`. */
  storage: string;
  /** How long data is asked to be kept; kinds that keep none have no rows. */
  retention: readonly Omit<RetentionRow, 'inForce'>[];
  schemas?: readonly LokiSchemaPeriod[];
  /** How the products that it wishes for are; absent: it wishes for none. */
  asked?: readonly ProductState[];
}
