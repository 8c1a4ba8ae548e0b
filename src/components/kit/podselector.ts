import type { PodSelection } from '../../api/podselection.ts';
import { failure, type Finding } from '../../api/finding.ts';

type Selector = NonNullable<PodSelection['selector']>;

/** One requirement on a label, whichever way it was written. */
export interface Requirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values: readonly string[];
}

/** All requirements of a selector, for collectors that must check labels themselves. */
export const requirements = (selector: Selector | undefined): Requirement[] => [
  ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] })),
  ...(selector?.matchExpressions ?? []).map(({ key, operator, values = [] }): Requirement => ({ key, operator, values })),
];

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Keys of a map are not seen by the CRD's patterns. `path`: of the podLogs. */
export const selectorFindings = (selector: Selector | undefined, path: string): Finding[] =>
  Object.keys(selector?.matchLabels ?? {})
    .filter((key) => !LABEL_KEY.test(key))
    .map((key) => {
      const field = `${path}.selector.matchLabels`;
      return failure('InvalidSelector', field, `${field}: ${JSON.stringify(key)} is not a label key: write one such as app.kubernetes.io/name`);
    });

const escaped = (value: string): string => value.replace(/[.\\+*?^$(){}|[\]/-]/g, '\\$&');

/** A regular expression, without delimiters, that matches one of the values and nothing else. */
export const oneOf = (values: readonly string[]): string => `^(?:${values.map(escaped).join('|')})$`;
