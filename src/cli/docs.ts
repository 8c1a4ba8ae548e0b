import { resourceJsonSchema } from '../api/crd/crd.ts';
import type { JsonSchema } from '../api/crd/structural.ts';
import { FINDING_CODES } from '../api/finding.ts';
import { type Kind, KINDS, type KindDefinition, kindDefinition } from '../api/kinds.ts';
import { RESOURCE_RULES } from '../api/resource.ts';
import { CONDITION_MEANINGS } from '../api/status.ts';
import { API_VERSION } from '../base/names.ts';
import { toYaml } from '../components/kit/yaml.ts';
import { cell, fieldSections, sentence } from './docs-fields.ts';

/** The API reference, made from the schemas. Pages are Markdown; links between them are relative. */

export interface Page {
  /** File name within the folder of the reference. */
  name: string;
  content: string;
}

const KIND_NAMES = Object.keys(KINDS) as Kind[];

const pageName = (kind: Kind): string => `${kind.toLowerCase()}.md`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

/** The value with required fields only, each with the first word that it allows. */
function smallest(schema: JsonSchema): unknown {
  if (schema.enum) return schema.enum[0];
  if (schema.type !== 'object') return schema.type === 'boolean' ? false : 'example';
  return Object.fromEntries(Object.entries(schema.properties ?? {})
    .filter(([name]) => schema.required?.includes(name))
    .map(([name, field]) => [name, smallest(field)]));
}

/** The shortest resource of a kind that is valid. */
export function smallestResource(kind: Kind): { apiVersion: string; kind: string; metadata: { name: string }; spec: unknown } {
  const { spec } = resourceJsonSchema(kindDefinition(kind)).properties ?? {};
  return { apiVersion: API_VERSION, kind, metadata: { name: 'example' }, spec: spec ? smallest(spec) : {} };
}

const columns = ({ columns: all }: KindDefinition): string =>
  table(['Column', 'Meaning'], all.map(({ name, description, priority }) => [name, priority ? `${description} Only with \`-o wide\`.` : description]));

/** Markdown page of one kind: an example, every field of its spec with type, limits and rules. */
export function apiReference(kind: Kind): string {
  const definition = kindDefinition(kind);
  const { spec } = resourceJsonSchema(definition).properties ?? {};
  if (!spec) throw new Error(`${kind} has no spec`);
  return [
    `# ${kind}\n`,
    `${definition.description}\n`,
    `\`apiVersion: ${API_VERSION}\`, namespaced, short name \`${definition.shortName}\`: \`kubectl get ${definition.shortName}\`. `
      + 'The smallest that is valid:\n',
    `\`\`\`yaml\n${toYaml(smallestResource(kind)).trimEnd()}\n\`\`\`\n`,
    'The operator never writes to `spec`: a field that is absent stays absent, and its default is named in its description. '
      + 'The API server refuses fields that are not listed here. A *quantity* is a number or a text such as `500m` or `10Gi`; '
      + '*any object* is passed on as it is.\n',
    `Rules for every resource:\n\n${RESOURCE_RULES.map(({ message }) => `- ${message}.`).join('\n')}\n`,
    fieldSections('spec', spec),
    '## status\n',
    'See [status](status.md): it has the same shape for every kind. `kubectl get` shows:\n',
    `${columns(definition)}\n`,
  ].join('\n');
}

/** Markdown page of the status, which all kinds share. */
export function statusReference(): string {
  const { status } = resourceJsonSchema(KINDS.LogStack).properties ?? {};
  if (!status) throw new Error('there is no status');
  return [
    '# What the operator reports\n',
    'The same shape for every kind; only the operator writes it. [Conditions](conditions.md) say how things stand, '
      + '[findings](findings.md) what is wrong.\n',
    fieldSections('status', status),
  ].join('\n');
}

/** Markdown page of the condition types. */
export function conditionTypes(): string {
  return [
    '# Conditions\n',
    '`status.conditions` holds one entry a type. Each has a `status` (`True`, `False` or `Unknown`), a `reason` that stays the same '
      + 'from release to release (when something is wrong: one of the [codes of findings](findings.md)), and a `message` for people. '
      + 'To wait for a resource: `kubectl wait --for=condition=Ready lgs/example`.\n',
    `${table(['Type', 'True means'], Object.entries(CONDITION_MEANINGS).map(([type, meaning]) => [`\`${type}\``, meaning]))}\n`,
  ].join('\n');
}

/** Markdown page of the finding codes. */
export function findingCodes(): string {
  const rows = Object.entries(FINDING_CODES).map(([code, meaning]) => [`\`${code}\``, sentence(meaning)]);
  return [
    '# Findings\n',
    'Everything that can be wrong with a resource has a code that stays the same from release to release. '
      + '`lgtm-operator validate` prints it with the field and a sentence that says what to do; a running operator puts it into '
      + '`status.conditions[].reason` (errors) or `status.warnings[].code` (warnings).\n',
    `${table(['Code', 'Meaning'], rows)}\n`,
  ].join('\n');
}

/** Markdown page that leads to the others. */
function index(): string {
  const kinds = KIND_NAMES.map((kind) => [`[${kind}](${pageName(kind)})`, `\`${KINDS[kind].shortName}\``, KINDS[kind].description]);
  return [
    '# API reference\n',
    `All kinds belong to \`${API_VERSION}\`. These pages are made from the schemas that the operator itself checks with.\n`,
    `${table(['Kind', 'Short name', 'What it declares'], kinds)}\n`,
    '- [Status](status.md): what the operator reports\n- [Conditions](conditions.md): what their types mean\n'
      + '- [Findings](findings.md): codes of everything that can be wrong\n',
  ].join('\n');
}

/** Every page of the reference. */
export const referencePages = (): Page[] => [
  { name: 'README.md', content: index() },
  ...KIND_NAMES.map((kind) => ({ name: pageName(kind), content: apiReference(kind) })),
  { name: 'status.md', content: statusReference() },
  { name: 'conditions.md', content: conditionTypes() },
  { name: 'findings.md', content: findingCodes() },
];
