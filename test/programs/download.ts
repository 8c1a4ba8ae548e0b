import { createHash } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ProgramError } from './errors.ts';
import type { Progress } from './progress.ts';
import type { Release } from './recipes.ts';
import { run } from './run.ts';
import { unzipOnly } from './zip.ts';

const CONNECT_MS = 4_000;
/** A transfer that brings nothing for so long is given up. */
const STALL_MS = 30_000;

/** Hosts that could not be reached from this process: not tried again. */
const unreachable = new Set<string>();

/** Why a release was not taken; the ladder then goes on. */
class NotDownloaded extends Error {}

/**
 * Downloads a release's program to `target`. Returns why not when it cannot be reached or is not there; throws when what came does
 * not have the published checksum.
 */
export async function download(release: Release, target: string, scratch: string, progress: Progress): Promise<string | undefined> {
  try {
    const data = await fetchBytes(release.url, progress);
    if (release.sums !== undefined) await verify(release, data, progress);
    await unpack(release, data, target, scratch);
    return undefined;
  } catch (error) {
    if (error instanceof NotDownloaded) return error.message;
    throw error;
  }
}

async function fetchBytes(url: string, progress: Progress): Promise<Buffer> {
  const { host } = new URL(url);
  if (unreachable.has(host)) throw new NotDownloaded(`${host} cannot be reached`);
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort();
  }, CONNECT_MS);
  const response = await fetch(url, { signal: abort.signal }).catch(() => undefined);
  clearTimeout(timer);
  if (response === undefined) {
    unreachable.add(host);
    progress(`${host} cannot be reached: going on without downloads from there`);
    throw new NotDownloaded(`${host} cannot be reached`);
  }
  if (!response.ok || response.body === null) throw new NotDownloaded(`${url}: HTTP ${String(response.status)}`);
  return collect(response.body, abort, url);
}

async function collect(body: ReadableStream<Uint8Array>, abort: AbortController, url: string): Promise<Buffer> {
  const stall = setTimeout(() => {
    abort.abort();
  }, STALL_MS);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      stall.refresh();
    }
  } catch (cause) {
    throw new NotDownloaded(`${url}: the transfer broke off`, { cause });
  } finally {
    clearTimeout(stall);
  }
  return Buffer.concat(chunks);
}

async function verify(release: Release, data: Buffer, progress: Progress): Promise<void> {
  const sums = (await fetchBytes(release.sums ?? '', progress)).toString('utf8');
  const actual = createHash('sha256').update(data).digest('hex');
  const expected = findSum(sums, basename(new URL(release.url).pathname));
  if (expected !== actual) {
    const wanted = expected ?? `not listed in ${String(release.sums)}`;
    throw new ProgramError('checksum', `${release.url}: SHA-256 ${actual}, but published is ${wanted}. Not used; try again later`);
  }
}

/** The SHA-256 for a file in a list of `sum  name` lines, or the only sum that the text holds. */
export function findSum(sums: string, file: string): string | undefined {
  for (const line of sums.split('\n')) {
    const [sum = '', name = file] = line.trim().split(/\s+\*?/);
    if (/^[0-9a-f]{64}$/.test(sum) && basename(name) === file) return sum;
  }
  return undefined;
}

async function unpack(release: Release, data: Buffer, target: string, scratch: string): Promise<void> {
  if (release.archive === undefined) return writeFile(target, data);
  if (release.archive === 'zip') return writeFile(target, unzipOnly(data));
  const archive = join(scratch, 'release.tar.gz');
  await writeFile(archive, data);
  const folder = basename(new URL(release.url).pathname, '.tar.gz');
  const inside = join(folder, basename(target));
  const { code, stderr } = await run('tar', ['-xzf', archive, '-C', scratch, inside]);
  if (code !== 0) throw new NotDownloaded(`${release.url}: tar: ${stderr.trim()}`);
  await copyFile(join(scratch, inside), target);
}
