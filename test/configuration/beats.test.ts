import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toBeatYaml } from '../../src/components/beats/syntax.ts';
import { OBTAIN_MS, program } from '../programs/program.ts';

const execute = promisify(execFile);
const GOLDEN = new URL('../../src/components/beats/golden/', import.meta.url);

const ENVIRONMENT = {
  NODE_NAME: 'node-1', SINK_PASSWORD: 'a1b2', KAFKA_USER: 'u', KAFKA_PASSWORD: 'p', KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443', HOME: '/leaked',
};

/** The parser that Beats read their files with reads ours. It knows the language, not the settings. */
describe("Beats' configuration language", () => {
  let checker: string;
  let folder: string;

  beforeAll(async () => {
    checker = await program('beats-check');
    folder = await mkdtemp(join(tmpdir(), 'lgtm-beats-'));
  }, OBTAIN_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function read(texts: readonly string[]): Promise<Record<string, unknown>[]> {
    const paths = texts.map((_, i) => join(folder, `${i}.yml`));
    await Promise.all(texts.map((text, i) => writeFile(paths[i] ?? '', text)));
    const { stdout } = await execute(checker, paths, { env: { ...process.env, ...ENVIRONMENT }, maxBuffer: 64 * 2 ** 20 });
    return stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('reads every golden file, with variables where they belong and nowhere else', async () => {
    const names = (await readdir(GOLDEN)).filter((name) => name.endsWith('.yml')).sort();
    const texts = await Promise.all(names.map((name) => readFile(new URL(name, GOLDEN), 'utf8')));
    const documents = texts.flatMap((text) => text.split('---\n'));
    const all = await read(documents);
    expect(all.length).toBe(documents.length);
    expect(names.length).toBeGreaterThanOrEqual(7);
    const text = JSON.stringify(all);
    expect(text).toContain('"password":"a1b2"');
    expect(text).toContain('"hosts":["https://node-1:10250"]');
    expect(text).toContain('shop ${HOME}');
    expect(text).not.toContain('/leaked');
  });

  it('refuses a planted mistake', async () => {
    await expect(read(['a: ${MISSING}\n'])).rejects.toThrow();
    await expect(read(['a: [1\n'])).rejects.toThrow();
  });

  it('gives back 1,000 hostile strings as they were', async () => {
    // YAML 1.1, as Beats read it, has no form for lone surrogates.
    const drawn = fc.sample(fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => text.isWellFormed()), { numRuns: 990, seed: 5 });
    const strings = [...drawn, '${HOME}', '$${HOME}', '$', '$$', '${', '${HOME:x}', '"', '\n- a: b', '{{ x }}', '%{[a]}'];
    const parsed = await read([toBeatYaml({ list: strings })]);
    expect(parsed[0]?.list).toEqual(strings);
  });
});
