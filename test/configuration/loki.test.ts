import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dump, load } from 'js-yaml';
import { isTree } from '../../src/components/kit/merge.ts';
import { OBTAIN_MS, program } from '../programs/program.ts';
import { exampleFiles } from './rendered.ts';

const execute = promisify(execFile);
const GOLDEN = new URL('../../src/components/loki/golden/', import.meta.url);

/** The real Loki reads every configuration that we render, as its pods would. */
describe('Loki', () => {
  let loki: string;
  let folder: string;

  beforeAll(async () => {
    loki = await program('loki');
    folder = await mkdtemp(join(tmpdir(), 'lgtm-loki-'));
  }, OBTAIN_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What `-verify-config` says; throws with it when Loki refuses. */
  async function verify(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    const expand = text.includes('${AZURE_ACCOUNT_KEY}') ? ['-config.expand-env=true'] : [];
    const env = { ...process.env, AZURE_ACCOUNT_KEY: 'a2V5' };
    const { stderr } = await execute(loki, [`-config.file=${path}`, '-target=all', '-verify-config', ...expand], { env });
    return stderr;
  }

  it('accepts every golden file', async () => {
    const names = (await readdir(GOLDEN)).filter((name) => name.endsWith('.yaml') && !name.endsWith('.objects.yaml'));
    expect(names.length).toBeGreaterThanOrEqual(5);
    for (const name of names) expect(await verify(name, await readFile(new URL(name, GOLDEN), 'utf8'))).toContain('config is valid');
  });

  it('accepts what every example renders', async () => {
    const configs = await exampleFiles('config.yaml', 'loki');
    expect(configs.length).toBeGreaterThan(0);
    for (const { source, text } of configs) expect(await verify(`${source.replaceAll('/', '-')}.yaml`, text)).toContain('config is valid');
  });

  it('refuses a planted mistake in each section', async () => {
    const good = load(await readFile(new URL('s3-three-replicas.yaml', GOLDEN), 'utf8')) as Record<string, unknown>;
    const sections = Object.keys(good).filter((name) => isTree(good[name]));
    expect(sections.length).toBeGreaterThan(10);
    for (const name of sections) {
      const bad = { ...good, [name]: { ...(good[name] as object), nonsense: 1 } };
      await expect(verify('bad.yaml', dump(bad)).then(() => name)).rejects.toThrow();
    }
  }, 60_000);

  it.each([
    ['an unknown field', (text: string) => text.replace('analytics:', 'analitics:')],
    ['a retention that is none', (text: string) => text.replace('retention_period: 31d', 'retention_period: 31x')],
    ['a store that does not exist', (text: string) => text.replaceAll('object_store: s3', 'object_store: s4')],
    ['an old schema', (text: string) => text.replace('schema: v13', 'schema: v12')],
    ['a size in a unit that it does not know', (text: string) => text.replace(/(replay_memory_ceiling: \d+)MB/, '$1MiB')],
  ])('refuses %s', async (_name, spoil) => {
    const good = await readFile(new URL('s3-three-replicas.yaml', GOLDEN), 'utf8');
    const bad = spoil(good);
    expect(bad).not.toBe(good);
    await expect(verify('bad.yaml', bad)).rejects.toThrow();
  });
});
