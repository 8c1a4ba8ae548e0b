import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWith } from '../programs/describe.ts';
import { run } from '../programs/run.ts';
import type { RunResult } from '../programs/run.ts';
import { processesGone, processesWith } from './processes.ts';
import { START_MS } from './testing.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

await describeWith(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'], 'the life of a control plane', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lifetime-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it(
    'ends with its parent, even when that is killed',
    async () => {
      const child = spawn(process.execPath, [path('crash.fixture.ts'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [first] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
      expect(String(first)).toBe('up\n');
      const programs = (await processesWith(folder)).filter((line) => !line.includes('watchdog.sh'));
      expect(programs).toHaveLength(1 + 5); // itself, and five programs
      child.kill('SIGKILL');
      expect(await processesGone(folder)).toEqual([]);
    },
    START_MS,
  );

  it(
    'outlasts the command that started it, until told to end',
    async () => {
      const state = join(folder, 's');
      const cli = (command: string): Promise<RunResult> =>
        run(process.execPath, [path('cli.ts'), command, '--state', state, '--nodes', '1']);
      expect(await cli('up')).toMatchObject({ code: 0, stdout: `${state}/kubeconfig.yaml\n` });
      expect(await cli('up')).toMatchObject({ code: 0, stderr: expect.stringContaining('it runs already') });
      expect(await cli('status')).toMatchObject({ code: 0, stderr: expect.stringContaining('kwok') });
      expect(await cli('down')).toMatchObject({ code: 0, stderr: 'demo is gone\n' });
      expect(await processesWith(state)).toEqual([]);
      expect(await cli('status')).toMatchObject({ code: 1, stderr: 'nothing runs\n' });
      expect(await readdir(folder)).toEqual([]);
    },
    START_MS,
  );
});
