import { PATTERN_NAMES } from '../api/common.ts';
import type { JsonSchema } from '../api/crd/structural.ts';

/** Tables of the fields of a schema, in Markdown. Objects get a section each; equal ones share the first. */

interface Section {
  path: string;
  schema: JsonSchema;
}

const code = (text: string): string => `\`${text}\``;

/** Text for a cell of a table. */
export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The anchor that GitHub, and most others, give to a heading. */
export const anchor = (heading: string): string => heading.toLowerCase().replaceAll(/[^a-z0-9 _-]/g, '').replaceAll(' ', '-');

/** Everything of a schema but its words: two fields that agree in it are documented once. */
const shapeOf = ({ description: _, ...schema }: JsonSchema): string => JSON.stringify(schema);

const isSection = (schema: JsonSchema): boolean => schema.properties !== undefined;

/** Objects below a schema, depth first, each shape once. */
function sectionsOf(path: string, schema: JsonSchema, seen: Map<string, string>): Section[] {
  if (schema.items) return sectionsOf(`${path}[]`, schema.items, seen);
  if (schema.additionalProperties) return sectionsOf(`${path}{}`, schema.additionalProperties, seen);
  if (!isSection(schema) || seen.has(shapeOf(schema))) return [];
  seen.set(shapeOf(schema), path);
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => sectionsOf(`${path}.${name}`, field, seen));
  return [{ path, schema }, ...inner];
}

function typeOf(schema: JsonSchema, seen: ReadonlyMap<string, string>): string {
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(' or ');
  if (schema['x-kubernetes-int-or-string']) return 'quantity';
  if (schema.items) return `list of ${typeOf(schema.items, seen)}`;
  if (schema.additionalProperties) return `map of ${typeOf(schema.additionalProperties, seen)}`;
  const path = seen.get(shapeOf(schema));
  if (path !== undefined) return `[object](#${anchor(path)})`;
  if (schema['x-kubernetes-preserve-unknown-fields']) return 'any object';
  return schema.format === 'date-time' ? 'time' : (schema.type ?? 'any');
}

function range(min: number | undefined, max: number | undefined, unit: string): string[] {
  if (max === undefined) return min ? [`at least ${min}${unit}`] : [];
  return [min ? `${min} to ${max}${unit}` : `at most ${max}${unit}`];
}

function limitsOf(schema: JsonSchema): string[] {
  if (schema['x-kubernetes-int-or-string']) return [];
  const { pattern } = schema;
  const inner = schema.items ?? schema.additionalProperties;
  const innerLimits = inner ? limitsOf(inner) : [];
  return [
    ...(pattern === undefined ? [] : [PATTERN_NAMES[pattern] ?? code(pattern)]),
    ...(schema.type === 'integer' ? range(schema.minimum, schema.maximum === 2 ** 31 - 1 ? undefined : schema.maximum, '') : []),
    ...range(schema.minLength, schema.maxLength, ' characters'),
    ...range(schema.minItems, schema.maxItems, ' items'),
    ...range(undefined, schema.maxProperties, ' entries'),
    ...(innerLimits.length > 0 ? [`each: ${innerLimits.join(', ')}`] : []),
  ];
}

function row(name: string, schema: JsonSchema, required: boolean, seen: ReadonlyMap<string, string>): string {
  const cells = [code(name), typeOf(schema, seen), required ? 'yes' : '', schema.description ?? '', limitsOf(schema).join(', ')];
  return `| ${cells.map(cell).join(' | ')} |`;
}

export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Rules in words; those that only say a pattern again stand among the limits. */
const ownRules = (schema: JsonSchema) => (schema['x-kubernetes-validations'] ?? []).filter(({ message }) => !message.startsWith('expected '));

/** Rules of an object and of its fields that are not objects themselves. */
function rulesOf(schema: JsonSchema): string[] {
  const own = ownRules(schema).map(({ message }) => `- ${sentence(message)}`);
  const fields = Object.entries(schema.properties ?? {}).filter(([, field]) => !isSection(field));
  const inner = fields.flatMap(([name, field]) => ownRules(field).map(({ message }) => `- ${code(name)}: ${message}.`));
  return [...own, ...inner];
}

function section({ path, schema }: Section, seen: ReadonlyMap<string, string>): string {
  const fields = Object.entries(schema.properties ?? {});
  const rules = rulesOf(schema);
  return [
    `## ${path}\n`,
    ...(schema.description === undefined ? [] : [`${schema.description}\n`]),
    '| Field | Type | Required | Description | Limits |',
    '|---|---|---|---|---|',
    ...fields.map(([name, field]) => row(name, field, schema.required?.includes(name) === true, seen)),
    ...(rules.length > 0 ? ['\nRules:\n', ...rules] : []),
    '',
  ].join('\n');
}

/** A section with a table for every object below `schema`, which is called `root`. */
export function fieldSections(root: string, schema: JsonSchema): string {
  const seen = new Map<string, string>();
  const all = sectionsOf(root, schema, seen);
  return all.map((one) => section(one, seen)).join('\n');
}
