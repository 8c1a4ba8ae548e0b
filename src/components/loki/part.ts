import type { LogStackSpec } from '../../api/logstack.ts';
import type { Peer } from '../kit/network.ts';
import type { Owner } from '../kit/owner.ts';
import { storageSecret, storageSecretFindings } from '../kit/objectstorage.ts';
import { componentName } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import type { LokiSink } from '../kit/sink.ts';
import { secretHash, type Stage } from '../kit/stage.ts';
import { LOKI_PORTS, LOKI_VERSION } from './defaults.ts';
import { lokiEndpoints, lokiUrl } from './endpoints.ts';
import { lokiComponent, type LokiInput, storageOf } from './input.ts';
import { lokiManifests } from './manifests.ts';
import { scaleDown, validateLoki } from './validate.ts';

/** Where collectors of the stack write to. */
export const lokiSink = (owner: Owner, spec: LogStackSpec): LokiSink => ({
  type: 'loki',
  url: lokiUrl(owner),
  host: `${owner.name}-loki.${owner.namespace}.svc`,
  port: LOKI_PORTS.http,
  tenant: spec.tenancy?.enabled ? spec.tenancy.tenant : undefined,
});

/** The store of a LogStack with backend loki. `clients`: pods that talk to it. */
export function lokiPart(stage: Stage, spec: LogStackSpec, clients: readonly Peer[]): Part {
  const version = stage.version('loki', spec.version, LOKI_VERSION);
  const input: LokiInput = { owner: stage.owner, version, spec, clients, secretHash: secretHash(stage, storageSecret(storageOf(spec))?.name) };
  const component = lokiComponent(input);
  return part({
    manifests: lokiManifests(input),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: [...validateLoki(spec), ...scaleDown(spec, stage), ...storageSecretFindings(storageOf(spec), stage)],
    volumes: [{ workload: componentName(component), path: 'spec.loki.storage' }],
    endpoints: lokiEndpoints(stage.owner),
  });
}
