import { execFile } from 'node:child_process';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isFailure } from '../../src/api/finding.ts';
import { normalised } from '../../src/api/resource.ts';
import { checkDocuments } from '../../src/cli/validate.ts';
import { loadCases, merged, type WrongCase } from './cases.ts';

/** What `validate` says of every wrong resource whose files tell what is wrong. */

const ROOT = join(import.meta.dirname, '../..');
const CASES = await loadCases();
const named = (cases: readonly WrongCase[]): [string, WrongCase][] => cases.map((one) => [one.name, one]);
const ofFiles = CASES.filter(({ expected }) => expected.validate !== 'needs a cluster');

const outcomes = ({ refused, condition, warning }: WrongCase['expected']): number => [refused, condition, warning].filter((one) => one !== undefined).length;

describe('the cases', () => {
  it('are many, and each says one thing that comes of it', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(24);
    expect(CASES.filter(({ expected }) => outcomes(expected) !== 1)).toEqual([]);
  });

  it('that the API server refuses are all told by a file', () => {
    expect(CASES.filter(({ expected }) => expected.refused !== undefined && expected.validate === 'needs a cluster')).toEqual([]);
  });
});

describe.each(named(ofFiles))('validate of %s', (_name, { expected, documents, subject, given }) => {
  const wanted = expected.validate === 'needs a cluster' ? undefined : expected.validate;

  it('gives the code, the field and the sentence, and nothing else', () => {
    const found = checkDocuments(documents);
    expect(found).toMatchObject([{ severity: wanted?.severity, code: wanted?.code, path: wanted?.path, message: expect.stringContaining(wanted?.says ?? '') }]);
  });

  it('finds nothing once mended', () => {
    const { patch, apply } = expected.mend;
    const mended = patch ? normalised(merged(subject, patch)) : subject;
    const applied = apply.map((object) => ({ ...object, metadata: { namespace: subject.metadata.namespace, ...object.metadata } }));
    const before = given.map((object) => merged(object, applied.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name) ?? {}));
    const added = applied.filter(({ kind, metadata }) => !given.some((object) => object.kind === kind && object.metadata.name === metadata.name));
    const objects = [...before, ...added, mended] as WrongCase['given'];
    expect(checkDocuments(objects.map((object) => ({ object, source: 'mended' })))).toEqual([]);
  });
});

describe.each(named(CASES.filter((one) => !ofFiles.includes(one))))('validate of %s', (_name, { documents }) => {
  it('finds nothing, since only the cluster knows', () => expect(checkDocuments(documents).filter(isFailure)).toEqual([]));
});

interface Ended {
  code: unknown;
  stdout: string;
}

const cli = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(join(ROOT, 'tools/node'), ['src/main.ts', ...args], { cwd: ROOT }, (error, stdout) => resolve({ code: error?.code ?? 0, stdout }));
  });

describe('the command line', () => {
  const some = ['unknown-field', 's3-without-bucket', 'three-replicas-on-filesystem', 'retention-30x', 'name-too-long', 'storage-secret-without-key', 'reference-denied'];

  it('says all of it in one line each, and exits with 1', async () => {
    const files = CASES.filter(({ name }) => some.includes(name)).map(({ file }) => relative(ROOT, file));
    const { code, stdout } = await cli('validate', ...files.flatMap((file) => ['-f', file]));
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(1);
    expect(lines).toHaveLength(some.length + 1);
    expect(lines.at(-1)).toMatch(/^\d+ resources, 7 errors, 0 warnings$/);
    expect(lines).toContain(
      'test/wrong/cases/retention-30x.yaml#2 LogStack/logs: error: spec.retention: InvalidValue: expected a duration in y, w, d and h, such as 30d, not "30x"',
    );
  }, 60_000);

  it('exits with 0 where there is but a warning', async () => {
    const { code, stdout } = await cli('validate', '-f', 'test/wrong/cases/collects-nothing.yaml');
    expect([code, stdout.split('\n')]).toEqual([0, [expect.stringContaining('warning: spec.collection.alloy: CollectsNothing: '), '1 resources, 0 errors, 1 warnings', '']]);
  }, 60_000);
});
