import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ProgramError } from './errors.ts';

export interface LockOptions {
  /** Called once when somebody else holds it, with that process's id. */
  onWait?: (pid: number) => void;
  /** How long to wait for the other one; milliseconds. */
  timeoutMs?: number;
}

const BEAT_MS = 10_000;
/** A holder that has not touched its lock for so long is gone, even if its process id now belongs to another. */
const DEAD_MS = 12 * BEAT_MS;
const POLL_MS = 100;

// No `instanceof`: under jest, Node's own errors come from another realm.
const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined);

/** Does the work while holding a lock between processes: a folder that only one can create, with the holder's process id inside. */
export async function withLock<T>(folder: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  await acquire(folder, options);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(folder, now, now).catch(() => undefined);
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(folder, { recursive: true, force: true });
  }
}

async function acquire(folder: string, options: LockOptions): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const end = performance.now() + (options.timeoutMs ?? 3_600_000);
  for (let waited = false; !(await tryCreate(folder)); waited = true) {
    const holder = await readHolder(folder);
    if (!holder.alive) {
      await breakLock(folder, holder.pid);
      continue;
    }
    if (!waited) options.onWait?.(holder.pid);
    if (performance.now() > end) {
      throw new ProgramError('lock', `process ${String(holder.pid)} holds ${folder} for too long: end it, or remove that folder`);
    }
    await delay(POLL_MS);
  }
}

async function tryCreate(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(folder, 'pid'), String(process.pid));
  return true;
}

interface Holder {
  /** 0 while it has not been written yet. */
  pid: number;
  alive: boolean;
}

async function readHolder(folder: string): Promise<Holder> {
  const [text, age] = await Promise.all([
    readFile(join(folder, 'pid'), 'utf8').catch(() => ''),
    stat(folder).then((s) => Date.now() - s.mtimeMs, () => 0),
  ]);
  const pid = Number(text);
  // Without a process id it is being created, or being released, right now.
  const alive = age < DEAD_MS && (pid === 0 ? age < BEAT_MS : isAlive(pid));
  return { pid, alive };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Takes a dead holder's lock away by renaming it; one that somebody has renewed in between is put back. */
async function breakLock(folder: string, deadPid: number): Promise<void> {
  const aside = `${folder}.${randomUUID()}`;
  try {
    await rename(folder, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const { pid } = await readHolder(aside);
  if (pid === deadPid) await rm(aside, { recursive: true, force: true });
  else await rename(aside, folder);
}
