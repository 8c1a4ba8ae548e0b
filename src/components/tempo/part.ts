import type { TracingStackSpec } from '../../api/tracingstack.ts';
import { storageSecret, storageSecretFindings } from '../kit/objectstorage.ts';
import { componentName } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import type { Peer } from '../kit/network.ts';
import { secretHash, type Stage } from '../kit/stage.ts';
import { TEMPO_VERSION } from './defaults.ts';
import { tempoComponent, tempoEndpoints } from './endpoints.ts';
import { type RemoteWrite, storageOf } from './input.ts';
import { tempoManifests } from './manifests.ts';
import { tenantMismatch, validateTempo } from './validate.ts';

/** Who talks to a Tempo, and to whom its metrics generator talks. */
export interface TempoLinks {
  clients: readonly Peer[];
  remoteWrite?: RemoteWrite | undefined;
}

/** The store of a TracingStack. */
export function tempoPart(stage: Stage, spec: TracingStackSpec, { clients, remoteWrite }: TempoLinks): Part {
  const version = stage.version('tempo', spec.version, TEMPO_VERSION);
  const storage = storageOf(spec);
  const component = tempoComponent({ owner: stage.owner, version });
  return part({
    manifests: tempoManifests({ stage, version, spec, clients, remoteWrite, secretHash: secretHash(stage, storageSecret(storage)?.name) }),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: [...validateTempo(spec), ...tenantMismatch(spec, remoteWrite), ...storageSecretFindings(storage, stage)],
    volumes: [{ workload: componentName(component), path: 'spec.tempo.storage' }],
    endpoints: tempoEndpoints(stage.owner, spec),
    talkers: remoteWrite ? [component] : [],
  });
}
