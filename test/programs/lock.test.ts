import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withLock } from './lock.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The id of a process that has just ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('withLock', () => {
  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const visit = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(join(folder, 'a.lock'), visit)));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is free again after a failure', async () => {
    const path = join(folder, 'a.lock');
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(path, () => Promise.resolve(1))).toBe(1);
  });

  it('takes over what a dead process has left, once', async () => {
    const path = join(folder, 'a.lock');
    await mkdir(path);
    await writeFile(join(path, 'pid'), String(await deadProcess()));
    let inside = 0;
    const visit = async (): Promise<number> => {
      const now = ++inside;
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
      return now;
    };
    expect(await Promise.all(Array.from({ length: 6 }, () => withLock(path, visit)))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says who holds it, and gives up when told to', async () => {
    const path = join(folder, 'a.lock');
    await mkdir(path);
    await writeFile(join(path, 'pid'), String(process.pid));
    const waits: number[] = [];
    const attempt = withLock(path, () => Promise.resolve(), { timeoutMs: 1, onWait: (pid) => waits.push(pid) });
    await expect(attempt).rejects.toMatchObject({ code: 'lock' });
    expect(waits).toEqual([process.pid]);
  });
});
