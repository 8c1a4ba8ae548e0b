import type { AlloySpec } from './input.ts';

type Selector = NonNullable<NonNullable<AlloySpec['podLogs']>['selector']>;
type Requirement = NonNullable<Selector['matchExpressions']>[number];

function requirement({ key, operator, values = [] }: Requirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
}

/** A label selector in the form that the API server takes as a query parameter. */
export const selectorText = (selector: Selector): string =>
  [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector.matchExpressions ?? []).map(requirement),
  ].join(',');
