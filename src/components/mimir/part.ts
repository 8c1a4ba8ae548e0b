import type { MetricsStackSpec } from '../../api/metricsstack.ts';
import type { MetricsTarget } from '../kit/metrics-target.ts';
import type { Peer } from '../kit/network.ts';
import { storageSecret, storageSecretFindings } from '../kit/objectstorage.ts';
import { componentName, type Owner } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import { secretHash, type Stage } from '../kit/stage.ts';
import { MIMIR_VERSION } from './defaults.ts';
import { mimirComponent, mimirEndpoints, mimirPushUrl } from './endpoints.ts';
import { hasAlertmanager, storageOf, tenantOf } from './input.ts';
import { mimirManifests } from './manifests.ts';
import { alertmanagerSecretFindings, scaleDown, validateMimir } from './validate.ts';

/** Where collectors of the stack write to. The tracker of HA pairs is always on. */
export const mimirTarget = (owner: Owner, spec: MetricsStackSpec): MetricsTarget => ({ pushUrl: mimirPushUrl(owner), tenant: tenantOf(spec), ha: true });

/** Of what Mimir reads once, at its start. */
const secretsHash = (stage: Stage, spec: MetricsStackSpec): string =>
  secretHash(stage, storageSecret(storageOf(spec))?.name) + (hasAlertmanager(spec) ? secretHash(stage, spec.alertmanager?.configSecretName) : '');

/** The store of a MetricsStack. `clients`: pods that talk to it. */
export function mimirPart(stage: Stage, spec: MetricsStackSpec, clients: readonly Peer[]): Part {
  const version = stage.version('mimir', spec.version, MIMIR_VERSION);
  const component = mimirComponent({ owner: stage.owner, version });
  return part({
    manifests: mimirManifests({ stage, version, spec, clients, secretHash: secretsHash(stage, spec) }),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: [
      ...validateMimir(spec),
      ...scaleDown(spec, stage),
      ...storageSecretFindings(storageOf(spec), stage),
      ...alertmanagerSecretFindings(spec, stage),
    ],
    volumes: [{ workload: componentName(component), path: 'spec.mimir.storage' }],
    endpoints: mimirEndpoints(stage.owner, hasAlertmanager(spec)),
  });
}
