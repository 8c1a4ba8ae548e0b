import { failure, type Finding, warning } from '../../api/finding.ts';
import type { LogStackSpec } from '../../api/logstack.ts';
import { quantityValue } from '../../api/quantity.ts';
import { LABEL } from '../../base/names.ts';
import type { KubeObject } from '../../base/object.ts';
import { componentName } from '../kit/owner.ts';
import { podSecurityFindings } from '../kit/podsecurity.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { appliedReplicas } from '../kit/workload.ts';
import { ELASTICSEARCH_OWNED } from './config.ts';
import { ELASTICSEARCH_MINORS, MAP_COUNT, MEMORY_FLOOR } from './defaults.ts';
import { elasticsearchComponent } from './endpoints.ts';
import { memoryMapOf, nodesOf, resourcesOf } from './input.ts';
import { flattened, settingsFindings } from './settings.ts';

const CONFIG = 'spec.elasticsearch.config';

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);

const isSetting = (value: unknown): boolean => isScalar(value) || (Array.isArray(value) && value.every((item) => item !== null && isScalar(item)));

/** Elasticsearch knows texts, and lists of them: the CRD cannot say so. */
const shape = (config: object): Finding[] =>
  Object.entries(flattened({ ...config }))
    .filter(([, value]) => !isSetting(value))
    .map(([key]) => failure('InvalidOverride', `${CONFIG}.${key}`, `${CONFIG}.${key}: expected a text, a number, true or false, or a list of them`));

function memory(spec: LogStackSpec): Finding[] {
  const limit = resourcesOf(spec).limits.memory;
  if (limit === undefined || quantityValue(limit) >= quantityValue(MEMORY_FLOOR)) return [];
  const path = 'spec.elasticsearch.resources.limits.memory';
  return [warning('MemoryTooLow', path, `${path} is ${limit}: below ${MEMORY_FLOOR} Elasticsearch is killed now and then: raise it`)];
}

function memoryMap(spec: LogStackSpec, stage: Stage): Finding[] {
  const path = 'spec.elasticsearch.memoryMap';
  if (memoryMapOf(spec) === 'never') {
    return [warning('MemoryMapOff', path, `${path} is never: searches are slower: set auto, and vm.max_map_count to ${MAP_COUNT.advised} on the nodes`)];
  }
  if (memoryMapOf(spec) !== 'sysctl') return [];
  const what = 'the privileged container that raises vm.max_map_count';
  const remedy = `set ${path} to auto, or put this LogStack into a namespace that allows privileged pods`;
  return podSecurityFindings(stage.namespaceLabels, { namespace: stage.owner.namespace, path, what, remedy });
}

/** What can be said of the spec alone. */
export const validateElasticsearch = (spec: LogStackSpec, stage: Stage): Finding[] => [
  ...settingsFindings(CONFIG, spec.elasticsearch?.config ?? {}, ELASTICSEARCH_OWNED),
  ...shape(spec.elasticsearch?.config ?? {}),
  ...memory(spec),
  ...memoryMap(spec, stage),
  ...(spec.version === undefined ? [] : versionFindings('spec.version', 'Elasticsearch', spec.version, ELASTICSEARCH_MINORS)),
];

const numbers = (version: string): number[] => version.split('.').map(Number);

/** Whether the version `a` comes before `b`. */
function isOlder(a: string, b: string): boolean {
  const [x, y] = [numbers(a), numbers(b)];
  const at = x.findIndex((part, i) => part !== y[i]);
  return at >= 0 && (x[at] ?? 0) < (y[at] ?? 0);
}

interface Labelled {
  spec?: { template?: { metadata?: { labels?: Readonly<Record<string, string>> } } };
}

/** The version that runs stands in two places, of which somebody may have changed one: the older counts. */
function versionBefore(live: KubeObject, version: string): string {
  const outer = live.metadata.labels?.[LABEL.version] ?? version;
  const inner = (live as Labelled).spec?.template?.metadata?.labels?.[LABEL.version] ?? outer;
  return isOlder(inner, outer) ? inner : outer;
}

/** What cannot follow upon what runs: a node opens no data of a later version, and one that is taken away takes its shards along. */
export function validateChange(spec: LogStackSpec, version: string, stage: Stage): Finding[] {
  const live = stage.child('StatefulSet', componentName(elasticsearchComponent({ owner: stage.owner, version })));
  if (!live) return [];
  const before = versionBefore(live, version);
  const nodes = appliedReplicas(live) ?? 0;
  const path = 'spec.elasticsearch.replicas';
  return [
    ...(isOlder(version, before)
      ? [failure('VersionUnsupported', 'spec.version', `spec.version: Elasticsearch cannot go back from ${before} to ${version}: set ${before} or later`)]
      : []),
    ...(nodesOf(spec) < nodes
      ? [failure('ScaleDownUnsupported', path, `${path}: ${nodes} nodes hold data and cannot become ${nodesOf(spec)}: set it back, or make a new stack`)]
      : []),
  ];
}
