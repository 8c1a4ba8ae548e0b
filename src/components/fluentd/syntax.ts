/**
 * Fluentd's configuration language (v1) as a tree, and its only way into text. Every string is double-quoted and escaped here:
 * a quoted `#{…}` would be run as Ruby, so `#` is escaped too, and only an Expression of ours ever runs.
 */

export type Value = string | number | boolean | Expression;

/** `#{…}` in a quoted string: Ruby that Fluentd runs when it starts. Made of constants and names of variables alone. */
export class Expression {
  readonly ruby: string;
  constructor(ruby: string) {
    this.ruby = ruby;
  }
}

const VARIABLE = /^[A-Z][A-Z0-9_]*$/;
const PROPERTY = /^[a-z][a-z.]*$/;

function checked(text: string, form: RegExp, what: string): string {
  if (!form.test(text)) throw new Error(`not a ${what} of a Fluentd configuration: ${JSON.stringify(text)}`);
  return text;
}

const variable = (name: string): string => `ENV['${checked(name, VARIABLE, 'variable')}']`;

/** The value of an environment variable. */
export const env = (name: string): Expression => new Expression(variable(name));

/** A map whose values are environment variables, as the JSON that Fluentd takes for a map. Whatever they hold stays a string. */
export const envMap = (names: Readonly<Record<string, string>>): Expression =>
  new Expression(`{${Object.entries(names).map(([key, name]) => `'${checked(key, PROPERTY, 'property')}' => ${variable(name)}`).join(', ')}}.to_json`);

export interface Section {
  /** `source`, `match`, `buffer` */
  name: string;
  /** Pattern, label or chunk keys: only ever written by us. */
  argument?: string;
  params: Readonly<Record<string, Value | undefined>>;
  sections: readonly Section[];
}

/** A section; the argument goes into the name: `match **`, `label @ERROR`. */
export function section(head: string, params: Section['params'] = {}, sections: readonly Section[] = []): Section {
  const [name = '', ...rest] = head.split(' ');
  return { name, ...(rest.length === 0 ? {} : { argument: rest.join(' ') }), params, sections };
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\f': 'f', '\b': 'b', '\0': '0' };

/** A string literal. A raw line break would end it, and `\`, `"` and `#` mean something in it. */
export const quote = (text: string): string =>
  `"${text.toWellFormed().replace(/[\\"#]/g, '\\$&').replace(/[\n\r\t\f\b\0]/g, (c) => `\\${ESCAPES[c] ?? ''}`)}"`;

function valueText(value: Value): string {
  if (value instanceof Expression) return `"#{${value.ruby}}"`;
  return typeof value === 'string' ? quote(value) : String(value);
}

const NAME = /^[a-z][a-z0-9_]*$/;
/** Reserved parameters, plain ones, and names of record fields in `<label>` and `<record>`. */
const PARAMETER = /^(@(type|id|label|log_level|timestamp)|[a-z][a-z0-9_]*)$/;
const ARGUMENT = /^[A-Za-z0-9@*._,]+$/;

function sectionLines({ name, argument, params, sections }: Section, indent: string): string[] {
  const inner = `${indent}  `;
  const tag = checked(name, NAME, 'section');
  const head = argument === undefined ? tag : `${tag} ${checked(argument, ARGUMENT, 'pattern')}`;
  const given = Object.entries(params).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  return [
    `${indent}<${head}>`,
    ...given.map(([key, value]) => `${inner}${checked(key, PARAMETER, 'parameter')} ${valueText(value)}`),
    ...sections.flatMap((child) => sectionLines(child, inner)),
    `${indent}</${tag}>`,
  ];
}

/** The text of a configuration file. */
export const toFluentd = (sections: readonly Section[]): string =>
  `${sections.map((item) => sectionLines(item, '').join('\n')).join('\n\n')}\n`;
