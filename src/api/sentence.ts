import type { z } from 'zod';

/** zod's issues in plain words: what was expected, and what stands there instead. */

type Issue = z.core.$ZodIssue;

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const UNITS: Readonly<Record<string, string>> = { string: ' character', array: ' item' };

function bound(word: string, value: number | bigint, origin: string): string {
  const unit = UNITS[origin] ?? '';
  return `${word} ${value}${unit}${unit === '' || Number(value) === 1 ? '' : 's'}`;
}

/** What an issue expected, each way to meet it by itself; none where its message is a sentence of ours. */
function expectations(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [TYPES[issue.expected] ?? issue.expected];
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(expectations);
  if (issue.code === 'too_small') return [bound('at least', issue.minimum, issue.origin)];
  if (issue.code === 'too_big') return [bound('at most', issue.maximum, issue.origin)];
  return issue.message.startsWith('expected ') ? [issue.message.slice('expected '.length)] : [];
}

const LONGEST_VALUE = 60;

/** A plain value as it stands in the resource; what is longer than a glance is left out. */
function given(value: unknown): string {
  if (Array.isArray(value)) return ', not a list';
  if (typeof value === 'object' && value !== null) return ', not an object';
  const text = JSON.stringify(value) ?? '';
  return text === '' || text.length > LONGEST_VALUE ? '' : `, not ${text}`;
}

/** `expected 1 or 3, not 2`; messages of our own rules stay as they are. */
export function issueText(issue: Issue, value: unknown): string {
  const wanted = [...new Set(expectations(issue))];
  return wanted.length === 0 ? issue.message : `expected ${wanted.join(' or ')}${given(value)}`;
}
