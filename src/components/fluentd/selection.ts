import type { FluentdSpec } from '../../api/collectors/fluentd.ts';
import type { Owner } from '../kit/owner.ts';
import { oneOf, type Requirement, requirements } from '../kit/podselector.ts';
import { section, type Section } from './syntax.ts';

type PodLogs = FluentdSpec['podLogs'];

const LOGS = '/var/log/containers';

/** Files are named `<pod>_<namespace>_<container>-<id>.log`, and no part of that can hold a `_`. */
const ofNamespace = (name: string): string => `${LOGS}/*_${name}_*.log`;

/** Files to read, as globs. */
export function includedFiles(podLogs: PodLogs): string[] {
  const include = podLogs?.namespaces?.include ?? [];
  return include.length === 0 ? [`${LOGS}/*.log`] : include.map(ofNamespace);
}

/** Files to leave: those of the namespaces excluded, and our own. A Fluentd that reads what it writes never comes to rest. */
export const excludedFiles = (podLogs: PodLogs, owner: Owner): string[] => [
  `${LOGS}/${owner.name}-fluentd-*_${owner.namespace}_fluentd-*.log`,
  ...(podLogs?.namespaces?.exclude ?? []).map(ofNamespace),
];

/** Keys are checked to be label keys (selectorFindings), so the quotes hold. A label with an empty value counts as absent. */
const keyOf = ({ key }: Requirement): string => `$['kubernetes']['labels']['${key}']`;

function condition(requirement: Requirement): Section {
  const { operator, values } = requirement;
  const positive = operator === 'In' || operator === 'Exists';
  const pattern = operator === 'In' || operator === 'NotIn' ? oneOf(values) : '.';
  return section(positive ? 'regexp' : 'exclude', { key: keyOf(requirement), pattern: `/${pattern}/` });
}

/** A filter each, since one filter takes a key once only. */
export const labelFilters = (podLogs: PodLogs): Section[] =>
  requirements(podLogs?.selector).map((requirement) => section('filter **', { '@type': 'grep' }, [condition(requirement)]));
