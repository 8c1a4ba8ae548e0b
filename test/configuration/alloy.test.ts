import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toAlloy } from '../../src/components/alloy/syntax.ts';
import { OBTAIN_MS, program } from '../programs/program.ts';
import { exampleFiles } from './rendered.ts';

const execute = promisify(execFile);
const GOLDEN = new URL('../../src/components/alloy/golden/', import.meta.url);

/** Alloy's own parser reads every file that we render. It knows the language, not the components. */
describe("Alloy's language", () => {
  let checker: string;
  let folder: string;

  beforeAll(async () => {
    checker = await program('alloy-check');
    folder = await mkdtemp(join(tmpdir(), 'lgtm-alloy-'));
  }, OBTAIN_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function check(texts: readonly string[]): Promise<void> {
    const paths = texts.map((_, i) => join(folder, `${i}.alloy`));
    await Promise.all(texts.map((text, i) => writeFile(paths[i] ?? '', text)));
    await execute(checker, paths);
  }

  it('reads every golden file, and what every example renders', async () => {
    const names = (await readdir(GOLDEN)).filter((name) => name.endsWith('.alloy'));
    const golden = await Promise.all(names.map((name) => readFile(new URL(name, GOLDEN), 'utf8')));
    const examples = (await exampleFiles('config.alloy')).map(({ text }) => text);
    expect(golden.length).toBeGreaterThanOrEqual(2);
    expect(examples.length).toBeGreaterThanOrEqual(2);
    await check([...golden, ...examples]);
  });

  it('refuses a planted mistake', async () => {
    const text = await readFile(new URL('node-files.alloy', GOLDEN), 'utf8');
    await expect(check([text.replace('loki.process "pods" {', 'loki.process "pods"')])).rejects.toThrow();
  });

  it('reads 200 hostile strings as attribute, key and list', async () => {
    const strings = fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), { numRuns: 200, seed: 7 });
    const hostile = [...strings, '"} loki.write "x" {', '\n', '\\"', '${x}', '`', '//', '\u2028', '\ud800'];
    await check(hostile.map((text) => toAlloy([{ name: 'b', attributes: { a: text, o: { [text]: [text] } } }])));
  });
});
