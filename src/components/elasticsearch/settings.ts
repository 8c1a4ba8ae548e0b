import { dump } from 'js-yaml';
import { failure, type Finding } from '../../api/finding.ts';
import { isTree, type OwnedPaths, ownedHits, ownedMessage, type Tree } from '../kit/merge.ts';

/** Settings files of Elasticsearch and Kibana: YAML whose keys may be nested, dotted, or both. */

/** Kibana takes a key in brackets as a whole. */
const isWhole = (key: string): boolean => key.startsWith('[');

const isBranch = (value: unknown): value is Tree => isTree(value) && Object.keys(value).length > 0 && !Object.keys(value).some(isWhole);

/** `{a: {b: 1}}` → `{'a.b': 1}`: both products refuse, or misread, a setting that stands twice. Lists and empty maps are values. */
export function flattened(tree: Tree, prefix = ''): Tree {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
      const path = prefix === '' ? key : `${prefix}.${key}`;
      return isBranch(value) ? Object.entries(flattened(value, path)) : [[path, value]];
    }),
  );
}

/** Ours with the user's put over them; null removes. */
export const merged = (ours: Tree, over: Tree): Tree =>
  Object.fromEntries(Object.entries({ ...ours, ...flattened(over) }).filter(([, value]) => value !== null));

/** Every text is quoted: what a variable expands to stays a text too. */
export const settingsYaml = (settings: Tree): string => dump(settings, { lineWidth: -1, noRefs: true, forceQuotes: true });

/** Both products expand `${…}`, Elasticsearch even before it reads the YAML, and neither has a way to write it literally. */
function expands(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${');
  if (Array.isArray(value)) return value.some(expands);
  return isTree(value) && Object.entries(value).some((entry) => entry.some(expands));
}

const EXPANDED = 'would be expanded from the environment of the pod: take the ${ out';

/** What cannot stand in such a file, whoever reads it. */
export function settingsFindings(path: string, config: Tree, owned: OwnedPaths): Finding[] {
  const wrong = Object.entries(flattened(config))
    .filter((entry) => entry.some(expands))
    .map(([key]) => failure('InvalidOverride', `${path}.${key}`, `${path}.${key} ${EXPANDED}`));
  const taken = ownedHits(flattened(config), owned).map((hit) => failure('PathOwned', `${path}.${hit.path}`, ownedMessage(path, hit)));
  return [...wrong, ...taken];
}
