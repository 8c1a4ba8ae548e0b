import type { FilebeatSpec } from '../../api/collectors/beats.ts';
import type { Tree } from '../kit/merge.ts';
import type { Owner } from '../kit/owner.ts';
import { variable } from './syntax.ts';

type PodLogs = NonNullable<FilebeatSpec['podLogs']>;
type Requirement = NonNullable<NonNullable<PodLogs['selector']>['matchExpressions']>[number];

/** Log files are links named `<pod>_<namespace>_<container>-<id>.log`. */
const FOLDER = '/var/log/containers';

const paths = (spec: FilebeatSpec): string[] => {
  const names = spec.podLogs?.namespaces?.include ?? [];
  return names.length === 0 ? [`${FOLDER}/*.log`] : names.map((name) => `${FOLDER}/*_${name}_*.log`);
};

/** Namespaces that are left out, and the beat's own lines, which would breed. */
const excluded = (spec: FilebeatSpec, owner: Owner): string[] => [
  `/${owner.name}-filebeat-[^/_]*_${owner.namespace}_`,
  ...(spec.podLogs?.namespaces?.exclude ?? []).map((name) => `/[^/_]+_${name}_`),
];

/** Filebeat writes a dot in the name of a label as an underscore. */
const field = (key: string): string => `kubernetes.labels.${key.replaceAll('.', '_')}`;

const equal = (key: string, value: string): Tree => ({ equals: { [field(key)]: value } });

function condition({ key, operator, values = [] }: Requirement): Tree {
  const oneOf: Tree = { or: values.map((value) => equal(key, value)) };
  switch (operator) {
    case 'In':
      return oneOf;
    case 'NotIn':
      return { not: oneOf };
    case 'Exists':
      return { has_fields: [field(key)] };
    case 'DoesNotExist':
      return { not: { has_fields: [field(key)] } };
  }
}

/** Drops what the selector does not take. */
function selection({ selector }: PodLogs): object[] {
  const wanted = [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => equal(key, value)),
    ...(selector?.matchExpressions ?? []).map(condition),
  ];
  return wanted.length === 0 ? [] : [{ drop_event: { when: { not: { and: wanted } } } }];
}

const multiline = ({ multiline: wanted }: PodLogs): object[] =>
  wanted ? [{ multiline: { type: 'pattern', pattern: wanted.firstLine, negate: true, match: 'after', timeout: '5s' } }] : [];

/** One input for all containers: partial lines of the runtime are joined by the `container` parser. */
export const filebeatConfig = (spec: FilebeatSpec, owner: Owner): Tree => ({
  'filebeat.inputs': [
    {
      type: 'filestream',
      id: 'pods',
      paths: paths(spec),
      parsers: [{ container: { stream: 'all', format: 'auto' } }, ...multiline(spec.podLogs ?? {})],
      // The first bytes tell a file apart; by default the first 1024, and a smaller file would not be read at all.
      prospector: { scanner: { symlinks: true, exclude_files: excluded(spec, owner), fingerprint: { enabled: true, offset: 0, length: 64 } } },
      'file_identity.fingerprint': null,
      // The last lines of a container that ends are read before its file is let go.
      'close.on_state_change.removed': false,
      processors: [{ add_kubernetes_metadata: { node: variable('NODE_NAME'), matchers: [{ logs_path: { logs_path: `${FOLDER}/` } }] } }, ...selection(spec.podLogs ?? {})],
    },
  ],
});
