import { failure, type Finding } from '../../api/finding.ts';
import type { LogStackSpec } from '../../api/logstack.ts';
import { ownedHits, ownedMessage } from '../kit/merge.ts';
import { versionFindings } from '../kit/versions.ts';
import { appliedReplicas } from '../kit/workload.ts';
import { LOKI_OWNED } from './config.ts';
import { componentName } from '../kit/owner.ts';
import type { Stage } from '../kit/stage.ts';
import { LOKI_MINORS } from './defaults.ts';
import { lokiComponent, lokiReplicas } from './input.ts';

/** A raw config may not set what a typed field owns: the two would contradict each other unseen. */
const ownedPaths = (spec: LogStackSpec): Finding[] =>
  ownedHits((spec.loki?.config ?? {}), LOKI_OWNED).map(({ path, field }) =>
    failure('PathOwned', `spec.loki.config.${path}`, ownedMessage('spec.loki.config', { path, field })),
  );

/** What can be said of the spec alone. */
export const validateLoki = (spec: LogStackSpec): Finding[] => [
  ...ownedPaths(spec),
  ...(spec.version === undefined ? [] : versionFindings('spec.version', 'Loki', spec.version, LOKI_MINORS)),
];

/** Each pod holds lines of the last hours that lie nowhere else, or in two other places of which one may be away. */
export function scaleDown(spec: LogStackSpec, stage: Stage): Finding[] {
  const live = stage.child('StatefulSet', componentName(lokiComponent({ owner: stage.owner, version: '' })));
  const [before, now] = [appliedReplicas(live) ?? 0, lokiReplicas(spec)];
  if (now >= before) return [];
  const path = 'spec.loki.replicas';
  return [failure('ScaleDownUnsupported', path, `${path}: ${before} pods hold lines that are not yet in the bucket and cannot become ${now}: set it back, or make a new stack`)];
}
