import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FINDING_CODES, type FindingCode } from '../../src/api/finding.ts';
import { CONDITION_TYPES } from '../../src/api/status.ts';
import type { KubeObject } from '../../src/base/object.ts';
import { type Document, loadFiles, ours } from '../../src/cli/files.ts';

/** Wrong resources as files: the first document says what is expected, the others are what a user would apply. */

const FOLDER = join(import.meta.dirname, 'cases');

const code = z.enum(Object.keys(FINDING_CODES) as [FindingCode, ...FindingCode[]]);

const object = z.looseObject({});

const caseSchema = z.strictObject({
  apiVersion: z.literal('wrong.test/v1'),
  kind: z.literal('Case'),
  metadata: z.looseObject({}),
  /** What somebody did wrong. */
  title: z.string(),
  /** The one thing that `validate` has to say of the files. */
  validate: z.union([
    z.literal('needs a cluster'),
    z.strictObject({ severity: z.enum(['error', 'warning']).default('error'), code, path: z.string(), says: z.string() }),
  ]),
  /** A piece of what the API server says when it refuses. */
  refused: z.string().optional(),
  /** A merge patch that makes it wrong, once it is Ready. */
  edit: object.optional(),
  /** The condition that becomes False, and what says so beside it. */
  condition: z
    .strictObject({ type: z.enum(CONDITION_TYPES), reason: code, says: z.string(), progress: z.enum(['Stalled', 'Reconciling']).default('Stalled') })
    .optional(),
  /** A warning in the status of a resource that is Ready all the same. */
  warning: z.strictObject({ code, says: z.string() }).optional(),
  /** What mends it: a merge patch on the resource, objects to apply, objects to delete. */
  mend: z.strictObject({
    patch: object.optional(),
    apply: z.array(z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }) })).default([]),
    delete: z.array(z.strictObject({ kind: z.string(), name: z.string() })).default([]),
  }),
  /** Part of the status once it is well. */
  healed: object.default({}),
});

export type Expected = z.output<typeof caseSchema>;

export interface WrongCase {
  name: string;
  file: string;
  /** Where everything lives that names no namespace. */
  namespace: string;
  expected: Expected;
  /** What `validate` reads, the case itself included. */
  documents: readonly Document[];
  /** What is there before: Secrets, other people's objects. */
  given: readonly KubeObject[];
  /** The wrong resource. */
  subject: KubeObject;
}

async function read(file: string): Promise<WrongCase> {
  const name = basename(file, '.yaml');
  const namespace = `wrong-${name}`;
  const { documents, findings } = await loadFiles([file], namespace);
  const [first, ...others] = documents;
  const subject = ours(others).at(-1)?.object;
  if (!first || !subject || findings.length > 0) throw new Error(`${file} is no case: ${JSON.stringify(findings)}`);
  const given = others.map(({ object: one }) => one).filter((one) => one !== subject);
  return { name, file, namespace, expected: caseSchema.parse(first.object), documents, given, subject };
}

/** All cases, by name. */
export const loadCases = (): Promise<WrongCase[]> =>
  Promise.all(readdirSync(FOLDER).filter((file) => file.endsWith('.yaml')).sort().map((file) => read(join(FOLDER, file))));

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON merge patch (RFC 7386). */
export function merged<T>(target: T, patch: unknown): T {
  if (!isTree(patch)) return patch as T;
  const result: Tree = isTree(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result as T;
}
