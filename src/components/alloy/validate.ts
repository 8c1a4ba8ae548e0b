import { failure, type Finding, warning } from '../../api/finding.ts';
import { versionFindings } from '../kit/versions.ts';
import { ALLOY_MINORS } from './defaults.ts';
import { type AlloySpec, needsCluster, needsNode } from './input.ts';

const PATH = 'spec.collection.alloy';
const SELECTOR = `${PATH}.podLogs.selector.matchLabels`;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Keys of a map are not seen by the CRD's patterns; here one could break out of the selector. */
const selectorKeys = (spec: AlloySpec): Finding[] =>
  Object.keys(spec.podLogs?.selector?.matchLabels ?? {})
    .filter((key) => !LABEL_KEY.test(key))
    .map((key) => failure('InvalidSelector', SELECTOR, `${SELECTOR}: ${JSON.stringify(key)} is not a label key: write one such as app.kubernetes.io/name`));

/** Levels of the Pod Security Standards under which a namespace refuses pods with hostPath. */
const REFUSING = ['baseline', 'restricted'];

function podSecurity(spec: AlloySpec, namespace: string, labels: Readonly<Record<string, string>> | undefined): Finding[] {
  const level = labels?.['pod-security.kubernetes.io/enforce'] ?? 'privileged';
  if (!needsNode(spec) || !REFUSING.includes(level)) return [];
  return [
    failure(
      'PodSecurityRefused',
      `${PATH}.podLogs.from`,
      `namespace ${namespace} enforces the Pod Security level ${level}, which refuses pods that read files of their node: ` +
        `set ${PATH}.podLogs.from to api, or put this LogStack into a namespace that allows privileged pods`,
    ),
  ];
}

const collectsNothing = (spec: AlloySpec): Finding[] =>
  needsNode(spec) || needsCluster(spec)
    ? []
    : [warning('CollectsNothing', PATH, 'podLogs.from is none and events is false: nothing is collected; remove alloy, or turn one of them on')];

export const validateAlloy = (
  spec: AlloySpec,
  namespace: string,
  namespaceLabels: Readonly<Record<string, string>> | undefined,
): Finding[] => [
  ...selectorKeys(spec),
  ...(spec.version === undefined ? [] : versionFindings(`${PATH}.version`, 'Alloy', spec.version, ALLOY_MINORS)),
  ...podSecurity(spec, namespace, namespaceLabels),
  ...collectsNothing(spec),
];
