import { failure, type Finding } from '../../api/finding.ts';
import type { LogStackSpec } from '../../api/logstack.ts';
import { ownedHits, ownedMessage } from '../kit/merge.ts';
import { versionFindings } from '../kit/versions.ts';
import { LOKI_OWNED } from './config.ts';
import { LOKI_MINORS } from './defaults.ts';

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
