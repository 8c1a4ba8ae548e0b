import { toYaml } from '../kit/yaml.ts';

/**
 * Fluent Bit's YAML as typed objects, and its only way into text. Values of plugins are expanded (`${NAME}`), some of them twice, and there is
 * no escape; variables of the process or of the file are no way around it. So a text with `${` in it is refused. None can come: what users
 * write into plugins is held to patterns without `$`. Only regular expressions of multi-line parsers are free, and they are not expanded.
 */

export type Value = string | number | boolean | Variable;

/** An environment variable, by a name of ours. */
export class Variable {
  readonly name: string;
  constructor(name: string) {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw new Error(`not the name of a variable: ${JSON.stringify(name)}`);
    this.name = name;
  }
}

export const variable = (name: string): Variable => new Variable(name);

/** A plugin in a pipeline: `name` is its type. */
export type Plugin = { name: string } & Readonly<Record<string, Value | undefined>>;

export interface MultilineParser {
  name: string;
  /** Milliseconds. */
  flush_timeout: number;
  /** These are not expanded. */
  rules: readonly { state: string; regex: string; next_state: string }[];
}

export interface FluentBitFile {
  service: Readonly<Record<string, Value>>;
  multilineParsers?: readonly MultilineParser[];
  inputs: readonly Plugin[];
  filters: readonly Plugin[];
  outputs: readonly Plugin[];
}

/** NUL ends a string in C; what came after it would be lost, so it becomes the sign for what cannot be shown. */
const text = (value: string): string => value.toWellFormed().replaceAll('\0', '\ufffd');

function plain(value: Value): string | number | boolean {
  if (value instanceof Variable) return `\${${value.name}}`;
  if (typeof value !== 'string') return value;
  if (value.includes('${')) throw new Error(`Fluent Bit would expand ${JSON.stringify(value)}`);
  return text(value);
}

const properties = (map: Readonly<Record<string, Value | undefined>>): Record<string, string | number | boolean> =>
  Object.fromEntries(Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : [[key, plain(value)]])));

const parser = ({ name, flush_timeout, rules }: MultilineParser) => ({
  name,
  type: 'regex',
  flush_timeout,
  rules: rules.map((rule) => ({ ...rule, regex: text(rule.regex) })),
});

/** The text of the file. */
export function toFluentBit({ service, multilineParsers = [], inputs, filters, outputs }: FluentBitFile): string {
  return toYaml({
    service: properties(service),
    ...(multilineParsers.length > 0 ? { multiline_parsers: multilineParsers.map(parser) } : {}),
    pipeline: { inputs: inputs.map(properties), filters: filters.map(properties), outputs: outputs.map(properties) },
  });
}
