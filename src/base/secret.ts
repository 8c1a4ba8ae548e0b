import { hashText } from './hash.ts';
import type { SecretFacts } from './view.ts';

/** Facts about a whole Secret, from its `data` (base64): keys whose value is not empty, sorted, and hashes. */
export function secretFacts(data: Readonly<Record<string, string>>): SecretFacts {
  const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = hashText(entries.map(([key, value]) => `${key.length}:${key}=${value.length}:${value};`).join(''));
  const filled = entries.filter(([, value]) => value !== '');
  return { state: 'present', keys: filled.map(([key]) => key), hash, hashes: Object.fromEntries(filled.map(([key, value]) => [key, hashText(value)])) };
}
