import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';

/** The lint rules are what holds the architecture: each is shown to fire on a planted violation. */

const ROOT = join(import.meta.dirname, '../..');

/** Text is linted as if it stood in this file, which must exist for the type-aware rules. */
const IN = {
  base: 'src/base/names.ts',
  hash: 'src/base/hash.ts',
  api: 'src/api/kinds.ts',
  components: 'src/components/kit/yaml.ts',
  wiring: 'src/wiring/stacks.ts',
  status: 'src/status/status.ts',
  kube: 'src/kube/http.ts',
  engine: 'src/engine/controller.ts',
  controllers: 'src/controllers/index.ts',
  cli: 'src/cli/docs.ts',
  test: 'src/api/crd/crd.test.ts',
} as const;

let eslint: ESLint;

beforeAll(() => {
  eslint = new ESLint({ cwd: ROOT });
});

async function rulesBroken(place: keyof typeof IN, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: join(ROOT, IN[place]) });
  return (result?.messages ?? []).map(({ ruleId, fatal, message }) => (fatal ? message : ruleId));
}

const IMPORT = '@typescript-eslint/no-restricted-imports';

describe('the layers', () => {
  const upward: [keyof typeof IN, string][] = [
    ['base', "import '../api/kinds.ts';"],
    ['api', "import '../components/kit/yaml.ts';"],
    ['components', "export { resolve } from '../../wiring/stacks.ts';"],
    ['components', "import type { Controller } from '../../engine/controller.ts';\nexport type A = Controller;"],
    ['wiring', "export * from '../status/status.ts';"],
    ['status', "import '../engine/controller.ts';"],
    ['kube', "import '../api/kinds.ts';"],
    ['kube', "import '../engine/controller.ts';"],
    ['engine', "import '../api/kinds.ts';"],
    ['controllers', "import '../cli/docs.ts';"],
    ['test', "import '../../engine/controller.ts';"],
  ];
  it.each(upward)('%s may not: %s', async (place, code) => {
    expect(await rulesBroken(place, code)).toEqual([IMPORT]);
  }, 60_000);

  const downward: [keyof typeof IN, string][] = [
    ['api', "import '../base/names.ts';"],
    ['components', "import '../../api/kinds.ts';"],
    ['components', "import './merge.ts';"],
    ['status', "import '../components/kit/yaml.ts';"],
    ['engine', "import '../kube/http.ts';"],
    ['controllers', "import '../engine/controller.ts';"],
    ['cli', "import '../controllers/index.ts';"],
  ];
  it.each(downward)('%s may: %s', async (place, code) => {
    expect(await rulesBroken(place, code)).toEqual([]);
  }, 60_000);
});

describe('the pure folders', () => {
  const impure: [keyof typeof IN, string, string][] = [
    ['api', "import { readFileSync } from 'node:fs';\nreadFileSync('x');", IMPORT],
    ['api', "import { readFileSync } from 'fs';\nreadFileSync('x');", IMPORT],
    ['base', "import { createHash } from 'node:crypto';\ncreateHash('sha256');", IMPORT],
    ['hash', "import { randomBytes } from 'node:crypto';\nrandomBytes(1);", IMPORT],
    ['wiring', "import { request } from 'undici';\nvoid request('x');", IMPORT],
    ['status', 'export const now = Date.now();', 'no-restricted-properties'],
    ['status', 'export const now = new Date();', 'no-restricted-syntax'],
    ['components', 'export const some = Math.random();', 'no-restricted-properties'],
    ['components', 'export const name = process.env;', 'no-restricted-globals'],
    ['components', 'setTimeout(() => undefined, 1);', 'no-restricted-globals'],
    ['wiring', "export const later = import('./selector.ts');", 'no-restricted-syntax'],
  ];
  it.each(impure)('%s may not: %s', async (place, code, rule) => {
    expect(await rulesBroken(place, code)).toEqual([rule]);
  }, 60_000);

  const allowed: [keyof typeof IN, string][] = [
    ['hash', "import { createHash } from 'node:crypto';\ncreateHash('sha256');"],
    ['components', "import type { V1Pod } from '@kubernetes/client-node';\nexport type Pod = V1Pod;"],
    ['status', 'export const then = new Date(0);'],
    ['test', "import { readFileSync } from 'node:fs';\nreadFileSync('x');"],
    ['kube', 'setTimeout(() => undefined, Math.random());'],
  ];
  it.each(allowed)('%s may: %s', async (place, code) => {
    expect(await rulesBroken(place, code)).toEqual([]);
  }, 60_000);
});

describe('the rules on types and size', () => {
  const wrong: [string, string][] = [
    ['export const a = (x: any): number => (x === 1 ? 1 : 2);', '@typescript-eslint/no-explicit-any'],
    ['export const a = (x: string | undefined): string => x!;', '@typescript-eslint/no-non-null-assertion'],
    ['export const a = async (): Promise<void> => Promise.resolve();\na();', '@typescript-eslint/no-floating-promises'],
    ["import { Agent } from 'undici';\nexport type A = Agent;", '@typescript-eslint/consistent-type-imports'],
    ["export function a(x: 'b' | 'c'): number {\n  switch (x) {\n    case 'b': return 1;\n  }\n  return 2;\n}", '@typescript-eslint/switch-exhaustiveness-check'],
    ['export const a = (b: number, c: number, d: number, e: number, f: number): number => b + c + d + e + f;', 'max-params'],
    ['export const a = (b: number): boolean => b == 1;', 'eqeqeq'],
    [`export function a(): void {\n${'  Number(1);\n'.repeat(60)}}`, 'max-lines-per-function'],
    ['export const a = 1;\n'.replace('a', 'a0') + Array.from({ length: 300 }, (_, i) => `export const b${i} = 1;`).join('\n'), 'max-lines'],
  ];
  it.each(wrong)('refuse %s', async (code, rule) => {
    expect(await rulesBroken('kube', code)).toEqual([rule]);
  }, 60_000);
});
