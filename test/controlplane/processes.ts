import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../programs/run.ts';

/** Command lines of the processes that mention a text: on Linux from /proc, elsewhere from `ps`. */
export async function processesWith(text: string): Promise<string[]> {
  const lines = process.platform === 'linux' ? await fromProc() : (await run('ps', ['-A', '-o', 'args'])).stdout.split('\n');
  return lines.filter((line) => line.includes(text));
}

async function fromProc(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // One that ends meanwhile, or is being reaped, has no command line.
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').then((line) => line.replaceAll('\0', ' '), () => '')));
}

/** Waits until no process mentions a text; returns those that are left when it takes too long. */
export async function processesGone(text: string, timeoutMs = 30_000): Promise<string[]> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const left = await processesWith(text);
    if (left.length === 0 || performance.now() > end) return left;
    await delay(20);
  }
}
