import { toYaml } from '../kit/yaml.ts';

/**
 * The configuration of Beats is YAML whose strings are searched for `${VARIABLE}` once more. A doubled dollar is a plain one, so
 * every string is doubled but for the variables that we make ourselves.
 */
export class Variable {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export const variable = (name: string): Variable => new Variable(name);

/** Text around a variable: `https://${NODE_NAME}:10250`. */
export class Template {
  readonly parts: readonly (string | Variable)[];
  constructor(...parts: (string | Variable)[]) {
    this.parts = parts;
  }
}

const plain = (text: string): string => text.replaceAll('$', '$$$$');

const written = (part: string | Variable): string => (part instanceof Variable ? `\${${part.name}}` : plain(part));

/** The tree with every string as Beats must see it. */
export function resolved(value: unknown): unknown {
  if (typeof value === 'string' || value instanceof Variable) return written(value);
  if (value instanceof Template) return value.parts.map(written).join('');
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item)]));
}

export const toBeatYaml = (config: object): string => toYaml(resolved(config));
