import { createHash } from 'node:crypto';

/** First 16 hex digits of the SHA-256 of a text: short enough for an annotation, long enough not to collide. */
export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** JSON with the keys of every object sorted, so that equal values give equal texts. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => stableJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${stableJson(item)}`).join(',')}}`;
}

export const hashValue = (value: unknown): string => hashText(stableJson(value));
