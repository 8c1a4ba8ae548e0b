import { failure, type Finding } from '../../api/finding.ts';

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Keys of a map are not seen by the CRD's patterns; here one could break out of the selector. */
export const selectorFindings = (path: string, selector: { matchLabels?: Readonly<Record<string, string>> | undefined } | undefined): Finding[] =>
  Object.keys(selector?.matchLabels ?? {})
    .filter((key) => !LABEL_KEY.test(key))
    .map((key) => failure('InvalidSelector', `${path}.matchLabels`, `${path}.matchLabels: ${JSON.stringify(key)} is not a label key: write one such as app.kubernetes.io/name`));
