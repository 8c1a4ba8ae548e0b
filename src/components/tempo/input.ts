import type { ObjectStorage } from '../../api/objectstorage.ts';
import type { TracingStackSpec } from '../../api/tracingstack.ts';
import type { Peer } from '../kit/network.ts';
import { type Resources, resolveResources } from '../kit/profile.ts';
import type { Stage } from '../kit/stage.ts';
import { TEMPO_PROFILES } from './defaults.ts';

/** Where the metrics generator writes to. */
export interface RemoteWrite {
  url: string;
  /** Whether the store separates tenants. */
  tenancy: boolean;
  /** Tenant of the store to write as, where Tempo has none of its own. */
  tenant: string | undefined;
}

/** All that the rendering of a Tempo depends on. */
export interface TempoInput {
  stage: Stage;
  version: string;
  spec: TracingStackSpec;
  /** Pods of other components that talk to the HTTP port: Grafana. */
  clients: readonly Peer[];
  /** Absent: no metrics are generated. */
  remoteWrite: RemoteWrite | undefined;
  /** Hash of the storage Secret, so that pods restart when it changes; empty without one. */
  secretHash: string;
}

export const storageOf = (spec: TracingStackSpec): ObjectStorage => spec.storage ?? { type: 'filesystem' };

export const tempoResources = ({ stage, spec }: TempoInput): Required<{ [K in keyof Resources]: Record<string, string> }> =>
  resolveResources(TEMPO_PROFILES[stage.size], spec.tempo?.resources);
