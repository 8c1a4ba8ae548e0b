type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The list merged by `type`, whose order says nothing. */
const CONDITIONS = 'conditions';

/** The conditions in one order, whatever the API server made of it. */
function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const type = (item: unknown): string => (isFields(item) && typeof item['type'] === 'string' ? item['type'] : '');
  return [...(value as readonly unknown[])].sort((a, b) => (type(a) < type(b) ? -1 : 1));
}

const defined = (value: Fields): [string, unknown][] => Object.entries(value).filter(([, item]) => item !== undefined);

/** Whether two statuses say the same: neither the order of keys nor that of conditions matters, nor undefined fields. */
export function sameStatus(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameStatus(item, b[i]));
  if (!isFields(a) || !isFields(b)) return false;
  const left = defined(a);
  if (left.length !== defined(b).length) return false;
  return left.every(([key, item]) => (key === CONDITIONS ? sameStatus(sorted(item), sorted(b[key])) : sameStatus(item, b[key])));
}
