/**
 * Alloy's configuration language as a tree, and its only way into text. Strings are always quoted here, so nothing that a
 * user writes can become syntax.
 */

export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value } | Expression;

/** A reference to an export (`loki.write.default.receiver`) or a call; only written by us, never from user input. */
export class Expression {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const expression = (text: string): Expression => new Expression(text);

export interface Block {
  /** `loki.write`, `stage.cri` */
  name: string;
  label?: string;
  attributes?: Readonly<Record<string, Value | undefined>>;
  blocks?: readonly Block[];
}

export const block = (name: string, label: string | undefined, attributes: Block['attributes'], blocks: readonly Block[] = []): Block => ({
  name,
  ...(label === undefined ? {} : { label }),
  ...(attributes ? { attributes } : {}),
  blocks,
});

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A string literal: Alloy's escapes are Go's, of which JSON's are a part once surrogates are left alone. */
export const quote = (text: string): string =>
  `"${text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u007f\u2028\u2029\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

const key = (name: string): string => (IDENTIFIER.test(name) ? name : quote(name));

function valueText(value: Value): string {
  if (typeof value === 'string') return quote(value.toWellFormed());
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Expression) return value.text;
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(valueText).join(', ')}]`;
  const entries = Object.entries(value).map(([name, item]) => `${key(name)} = ${valueText(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function blockLines(item: Block, indent: string): string[] {
  const inner = `${indent}  `;
  const attributes = Object.entries(item.attributes ?? {}).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  const width = Math.max(0, ...attributes.map(([name]) => name.length));
  const body = [
    ...attributes.map(([name, value]) => `${inner}${name.padEnd(width)} = ${valueText(value)}`),
    ...(item.blocks ?? []).flatMap((child) => blockLines(child, inner)),
  ];
  const head = `${indent}${item.name}${item.label === undefined ? '' : ` ${quote(item.label)}`}`;
  return body.length === 0 ? [`${head} {}`] : [`${head} {`, ...body, `${indent}}`];
}

/** The text of a configuration file. */
export const toAlloy = (blocks: readonly Block[]): string => `${blocks.map((item) => blockLines(item, '').join('\n')).join('\n\n')}\n`;
