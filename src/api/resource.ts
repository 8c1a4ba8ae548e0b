import { z } from 'zod';
import { API_VERSION } from '../base/names.ts';
import { type JsonSchema, structural } from './crd/structural.ts';
import { failure, type Finding, type FindingCode, FINDING_CODES } from './finding.ts';
import { type KindDefinition, isKind, kindDefinition } from './kinds.ts';
import { unsafeKeys, withoutNulls } from './nulls.ts';
import { type Rule, ruled } from './rule.ts';
import { issueText } from './sentence.ts';

/** Longest name: `<name>-alloy-cluster` must not exceed the 52 characters of a StatefulSet. */
export const MAX_NAME = 38;

const NAME = '^[a-z]([-a-z0-9]*[a-z0-9])?$';

type Named = { metadata: { name?: string | undefined } };

/** Rules on the resource as a whole; in CEL the name is all of the metadata that can be seen. */
export const RESOURCE_RULES: readonly Rule<Named>[] = [
  {
    cel: `self.metadata.name.size() <= ${MAX_NAME}`,
    code: 'NameTooLong',
    message: `metadata.name must have at most ${MAX_NAME} characters, since the names of the children are made from it`,
    path: ['metadata', 'name'],
    holds: (r) => (r.metadata.name ?? '').length <= MAX_NAME,
  },
  {
    cel: `self.metadata.name.matches('${NAME}')`,
    code: 'InvalidValue',
    message: 'metadata.name must be a DNS label that starts with a letter, since Services are named after it',
    path: ['metadata', 'name'],
    holds: (r) => new RegExp(NAME).test(r.metadata.name ?? ''),
  },
];

/** Schema of a whole resource as it stands in a file or comes from the API server. */
export const resourceSchema = (definition: KindDefinition) =>
  ruled(
    z.strictObject({
      apiVersion: z.literal(API_VERSION),
      kind: z.literal(definition.resource.kind),
      metadata: z.looseObject({ name: z.string().optional() }),
      spec: definition.spec,
      status: z.unknown().optional(),
    }),
    ...RESOURCE_RULES,
  );

const dotted = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`), '');

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), value);

function codeOf(issue: z.core.$ZodIssue, resource: unknown): FindingCode {
  if (issue.code === 'custom') {
    const code: unknown = issue.params?.code;
    return typeof code === 'string' && Object.hasOwn(FINDING_CODES, code) ? (code as FindingCode) : 'InvalidValue';
  }
  if (issue.code === 'unrecognized_keys') return 'UnknownField';
  if (valueAt(resource, issue.path) === undefined) return 'MissingField';
  return issue.code === 'invalid_type' ? 'InvalidType' : 'InvalidValue';
}

function toFinding(issue: z.core.$ZodIssue, resource: unknown): Finding {
  const code = codeOf(issue, resource);
  const path = dotted(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => (path === '' ? key : `${path}.${key}`));
    return failure(code, keys.join(', '), `unknown field ${keys.join(', ')}: remove it or mend its spelling`);
  }
  if (code === 'MissingField') return failure(code, path, `${path} is required: set it`);
  const text = issueText(issue, valueAt(resource, issue.path));
  return failure(code, path, path === '' || text.startsWith(`${path} `) ? text : `${path}: ${text}`);
}

interface KindSchemas {
  schema: z.ZodType;
  shape: JsonSchema;
}

const SCHEMAS = new Map<string, KindSchemas>();

function schemasOf(kind: string): KindSchemas | undefined {
  const known = SCHEMAS.get(kind);
  if (known || !isKind(kind)) return known;
  const definition = kindDefinition(kind);
  const made = { schema: resourceSchema(definition), shape: { properties: { spec: structural(definition.spec) } } };
  SCHEMAS.set(kind, made);
  return made;
}

/** A resource from a file as the API server would store it: without fields that are null. Unknown kinds stay as they are. */
export function normalised<R extends { kind?: unknown }>(resource: R): R {
  const schemas = schemasOf(String(resource.kind));
  return schemas ? (withoutNulls(resource, schemas.shape) as R) : resource;
}

const unsafe = (path: string): Finding => failure('UnsafeKey', path, `${path}: no key may be named __proto__: rename or remove it`);

/** Checks a resource against the schema of its kind: what the API server checks, and nothing that needs a cluster. */
export function checkResource(resource: { apiVersion?: unknown; kind?: unknown }): Finding[] {
  const schemas = schemasOf(String(resource.kind));
  if (!schemas) return [failure('InvalidValue', 'kind', `kind: ${String(resource.kind)} is not a kind of ${API_VERSION}`)];
  const stored = normalised(resource);
  const issues = schemas.schema.safeParse(stored).error?.issues ?? [];
  return [...unsafeKeys(resource).map(unsafe), ...issues.map((issue) => toFinding(issue, stored))];
}
