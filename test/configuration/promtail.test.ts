import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OBTAIN_MS, program } from '../programs/program.ts';

const execute = promisify(execFile);
const GOLDEN = new URL('../../src/components/promtail/golden/', import.meta.url);

/** The real Promtail reads what we render. */
describe('Promtail', () => {
  let promtail: string;
  let folder: string;

  beforeAll(async () => {
    promtail = await program('promtail');
    folder = await mkdtemp(join(tmpdir(), 'lgtm-promtail-'));
  }, OBTAIN_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function check(text: string): Promise<string> {
    const path = join(folder, 'config.yaml');
    await writeFile(path, text.replaceAll('/run/promtail', folder));
    const { stdout, stderr } = await execute(promtail, ['-config.file', path, '-check-syntax']);
    return stdout + stderr;
  }

  it('accepts every golden file', async () => {
    const names = (await readdir(GOLDEN)).filter((name) => name !== 'objects.yaml');
    expect(names.length).toBe(2);
    for (const name of names) expect(await check(await readFile(new URL(name, GOLDEN), 'utf8'))).toContain('Valid config file');
  });

  /** Runs lines through the pipeline as if they stood in a file: what would be sent. */
  async function piped(text: string, lines: string): Promise<string> {
    const path = join(folder, 'piped.yaml');
    await writeFile(path, text.replaceAll('/run/promtail', folder));
    const running = execute(promtail, ['-config.file', path, '-stdin', '-dry-run']);
    running.child.stdin?.end(lines);
    return (await running).stdout;
  }

  it('joins the partial lines of the container runtime', async () => {
    const text = await readFile(new URL('all.yaml', GOLDEN), 'utf8');
    const sent = await piped(text, '2026-11-22T21:00:00.1Z stdout P first \n2026-11-22T21:00:00.2Z stdout F half\n');
    expect(sent).toMatch(/\{stream="stdout"\}\s+first half/);
  });

  it.each([
    ['an unknown field', (text: string) => text.replace('positions:', 'position:')],
    ['an unknown stage', (text: string) => text.replace('- cri:', '- cry:')],
    ['a first line that is no regular expression', (text: string) => text.replace(/firstline: .*/, "firstline: '('")],
    ['an unknown role', (text: string) => text.replaceAll('role: pod', 'role: pot')],
  ])('refuses %s', async (_name, spoil) => {
    const good = await readFile(new URL('selected.yaml', GOLDEN), 'utf8');
    expect(spoil(good)).not.toBe(good);
    await expect(check(spoil(good)).then(() => piped(spoil(good), ''))).rejects.toThrow();
  });
});
