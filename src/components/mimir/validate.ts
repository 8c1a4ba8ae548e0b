import { failure, type Finding } from '../../api/finding.ts';
import type { MetricsStackSpec } from '../../api/metricsstack.ts';
import { ownedHits, ownedMessage } from '../kit/merge.ts';
import { componentName } from '../kit/owner.ts';
import { requiredSecret } from '../kit/secret.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { appliedReplicas } from '../kit/workload.ts';
import { ALERTMANAGER_FILE, MIMIR_MINORS } from './defaults.ts';
import { mimirComponent } from './endpoints.ts';
import { hasAlertmanager, mimirReplicas } from './input.ts';
import { MIMIR_OWNED } from './owned.ts';

const PATH = 'spec.mimir.config';

/** A raw config may not set what a typed field owns: the two would contradict each other unseen. */
const ownedPaths = (spec: MetricsStackSpec): Finding[] =>
  ownedHits(spec.mimir?.config ?? {}, MIMIR_OWNED).map(({ path, field }) => failure('PathOwned', `${PATH}.${path}`, ownedMessage(PATH, { path, field })));

/** What can be said of the spec alone. */
export const validateMimir = (spec: MetricsStackSpec): Finding[] => [
  ...ownedPaths(spec),
  ...(spec.version === undefined ? [] : versionFindings('spec.version', 'Mimir', spec.version, MIMIR_MINORS)),
];

/** What the Secret with the Alertmanager's configuration lacks. */
export function alertmanagerSecretFindings(spec: MetricsStackSpec, stage: Stage): Finding[] {
  const name = spec.alertmanager?.configSecretName;
  if (name === undefined || !hasAlertmanager(spec)) return [];
  const wanted = { namespace: stage.owner.namespace, name, path: 'spec.alertmanager.configSecretName', keys: [ALERTMANAGER_FILE] };
  return requiredSecret(wanted, (secret) => stage.secret(secret));
}

/** Each pod holds samples of the last hours that lie nowhere else, or in two other places of which one may be away. */
export function scaleDown(spec: MetricsStackSpec, stage: Stage): Finding[] {
  const live = stage.child('StatefulSet', componentName(mimirComponent({ owner: stage.owner, version: '' })));
  const [before, now] = [appliedReplicas(live) ?? 0, mimirReplicas(spec)];
  if (now >= before) return [];
  const path = 'spec.mimir.replicas';
  return [failure('ScaleDownUnsupported', path, `${path}: ${before} pods hold samples that are not yet uploaded and cannot become ${now}: set it back, or make a new stack`)];
}
