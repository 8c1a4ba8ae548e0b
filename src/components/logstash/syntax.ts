/**
 * Logstash's configuration language as a tree, and its only way into text. Read with `config.support_escapes: true`, as we set it.
 * Sources: grammar.treetop, string_escape.rb and substitution_variables.rb of logstash-core.
 */

export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value } | Variable;

/** `${NAME}`: the value of a variable of the pod. Only written by us. Text around it is taken as it is, too. */
export class Variable {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const variable = (name: string): Variable => new Variable(`\${${name}}`);

export interface Plugin {
  name: string;
  attributes: Readonly<Record<string, Value | undefined>>;
}

export const plugin = (name: string, attributes: Plugin['attributes']): Plugin => ({ name, attributes });

/** `not`: a field that is there is not what was asked for. */
export type Test = { field: string; exists: boolean } | { field: string; operator: '==' | '!=' | '=~'; value: string } | { field: string; anyOf: readonly string[] };

/** Items that are passed only by events for which all tests hold. */
export interface Conditional {
  tests: readonly Test[];
  items: readonly Item[];
  otherwise?: readonly Item[];
}

/** Text in the language itself, which was parsed before (grammar.ts). */
export interface Raw {
  raw: string;
}

export type Item = Plugin | Conditional | Raw;

export interface Section {
  type: 'input' | 'filter' | 'output';
  items: readonly Item[];
}

const VARIABLE = /\$\{(?=[A-Za-z_.][A-Za-z0-9_.]*(:[^}]*)?\})/g;

/**
 * What no string of this language can hold, in words; undefined for all else. A backslash before the closing quote always escapes it. And
 * variables are replaced wherever they stand, several times over, so that no way of writing one survives.
 */
export function unwritable(text: string): string | undefined {
  if (text.endsWith('\\')) return 'a backslash at the end';
  return text.search(VARIABLE) >= 0 ? 'a variable (${NAME})' : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

const escaped = (text: string): string => text.toWellFormed().replace(/["\\\n\r\t\0]/g, (c) => ESCAPES[c] ?? c);

/** What cannot be written was refused before; should it come here all the same, it is made harmless. */
const harmless = (text: string): string => text.replace(VARIABLE, '$ {').replace(/\\$/, '\ufffd');

/** A string. */
export const quote = (text: string): string => `"${escaped(harmless(text))}"`;

function valueText(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Variable) return `"${escaped(value.text)}"`;
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(valueText).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${quote(key)} => ${valueText(item)}`);
  return entries.length === 0 ? '{ }' : `{ ${entries.join(' ')} }`;
}

/** `in` with one value would compare otherwise. */
function testText(test: Test): string {
  if ('exists' in test) return test.exists ? test.field : `!(${test.field})`;
  if ('operator' in test) return `${test.field} ${test.operator} ${quote(test.value)}`;
  const [only = '', ...more] = test.anyOf;
  return more.length === 0 ? `${test.field} == ${quote(only)}` : `${test.field} in [${test.anyOf.map(quote).join(', ')}]`;
}

const pluginLines = ({ name, attributes }: Plugin, indent: string): string[] => {
  const set = Object.entries(attributes).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  if (set.length === 0) return [`${indent}${name} { }`];
  return [`${indent}${name} {`, ...set.map(([key, value]) => `${indent}  ${key} => ${valueText(value)}`), `${indent}}`];
};

function itemLines(item: Item, indent: string): string[] {
  if ('raw' in item) return item.raw.split('\n');
  if (!('tests' in item)) return pluginLines(item, indent);
  const block = (items: readonly Item[]): string[] => items.flatMap((inner) => itemLines(inner, `${indent}  `));
  const otherwise = item.otherwise ? [`${indent}} else {`, ...block(item.otherwise)] : [];
  return [`${indent}if ${item.tests.map(testText).join(' and ')} {`, ...block(item.items), ...otherwise, `${indent}}`];
}

/** The text of a pipeline's file. */
export const toLogstash = (sections: readonly Section[]): string =>
  sections.map(({ type, items }) => [`${type} {`, ...items.flatMap((item) => itemLines(item, '  ')), '}', ''].join('\n')).join('\n');
