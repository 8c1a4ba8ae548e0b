import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { download } from './download.ts';
import { ProgramError } from './errors.ts';
import { goBuild, goMissing } from './gobuild.ts';
import { withLock } from './lock.ts';
import { mavenFetch, mavenMissing } from './maven.ts';
import { reported, toStderr } from './progress.ts';
import type { Progress } from './progress.ts';
import { platform, recipe } from './recipes.ts';
import type { ProgramName, Recipe } from './recipes.ts';

export { ProgramError } from './errors.ts';
export { PROGRAMS, isProgram } from './recipes.ts';
export type { ProgramName } from './recipes.ts';

export interface ProgramOptions {
  /** Gets a line when something takes long; stderr by default. */
  onProgress?: Progress;
}

/** How long the slowest of them may take to build from nothing, with room to spare: for the timeouts of tests. */
export const OBTAIN_MS = 3_600_000;

const pending = new Map<string, Promise<string>>();
/** Go uses every core already: builds of one process wait for each other. */
let builds: Promise<unknown> = Promise.resolve();

/**
 * Path of a real program, by the first that has it: the folder `KUBEBUILDER_ASSETS`, our cache, the official release, a build with Go.
 * The last two fill the cache; processes that want the same one wait for the first. Throws a `ProgramError` that says what to do.
 */
export function program(name: ProgramName, options: ProgramOptions = {}): Promise<string> {
  const wanted = recipe(name);
  const key = cachePath(wanted);
  let path = pending.get(key);
  if (path === undefined) {
    path = obtain(wanted, options.onProgress ?? toStderr).finally(() => pending.delete(key));
    pending.set(key, path);
  }
  return path;
}

/** The same, but undefined, with a line that names the program and the reason, when it cannot be had: for tests that are then skipped. */
export async function programAvailable(name: ProgramName, options: ProgramOptions = {}): Promise<string | undefined> {
  try {
    return await program(name, options);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    (options.onProgress ?? toStderr)(`${name} is not available: ${error.message}`);
    return undefined;
  }
}

/** Path of a program that is already here; undefined when it would have to be downloaded or built. Quick. */
export async function findProgram(name: ProgramName): Promise<string | undefined> {
  return present(recipe(name));
}

const cachePath = ({ name, version }: Recipe): string => cacheFolder('bin', `${name}-${version}`);

async function present(wanted: Recipe): Promise<string | undefined> {
  const assets = process.env.KUBEBUILDER_ASSETS;
  const candidates = wanted.envtest && assets ? [join(assets, wanted.name)] : [];
  for (const path of [...candidates, cachePath(wanted)]) {
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path;
  }
  return undefined;
}

async function obtain(wanted: Recipe, progress: Progress): Promise<string> {
  const here = await present(wanted);
  if (here !== undefined) return here;
  const target = cachePath(wanted);
  const onWait = (pid: number): void => {
    progress(`${wanted.name}: waiting for process ${String(pid)}, which is getting it`);
  };
  await withLock(
    `${target}.lock`,
    async () => {
      if ((await present(wanted)) === undefined) await make(wanted, target, progress);
    },
    { onWait },
  );
  return target;
}

/** Downloads or builds into a scratch folder beside the target, which then appears at once. */
async function make(wanted: Recipe, target: string, progress: Progress): Promise<void> {
  const prefix = `.make-${basename(target)}-`;
  // What an attempt has left that was killed: we hold the lock, so nobody works there.
  for (const name of await readdir(dirname(target))) {
    if (name.startsWith(prefix)) await rm(join(dirname(target), name), { recursive: true, force: true });
  }
  const scratch = await mkdtemp(join(dirname(target), prefix));
  try {
    const made = join(scratch, wanted.name);
    const reason = await fromRelease(wanted, made, scratch, progress);
    if (reason !== undefined) await fromSource(wanted, made, scratch, { reason, progress });
    await chmod(made, 0o755);
    await rename(made, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Why there was nothing to download; undefined when it was. */
async function fromRelease(wanted: Recipe, made: string, scratch: string, progress: Progress): Promise<string | undefined> {
  const release = wanted.release?.(platform());
  if (release === undefined) return 'no release for this machine';
  return download(release, made, scratch, progress);
}

async function fromSource(wanted: Recipe, made: string, scratch: string, context: { reason: string; progress: Progress }): Promise<void> {
  const { build: how } = wanted;
  const missing = await (how.how === 'maven' ? mavenMissing() : goMissing());
  if (missing !== undefined) throw unavailable(wanted, context.reason, missing);
  const logs = cacheFolder('logs');
  await mkdir(logs, { recursive: true });
  const log = join(logs, `build-${wanted.name}-${wanted.version}.log`);
  await rm(log, { force: true });
  const shop = { scratch, target: made, log };
  const work = (): Promise<void> => (how.how === 'maven' ? mavenFetch(how.artifacts, shop) : goBuild(how, wanted.version, shop));
  const what = `${how.how === 'maven' ? 'fetching' : 'building'} ${wanted.name} ${wanted.version} with ${how.how === 'maven' ? 'Maven' : 'Go'}`;
  const build = builds.then(() => reported(what, context.progress, work));
  builds = build.catch(() => undefined);
  await build;
}

function unavailable(wanted: Recipe, release: string, source: string): ProgramError {
  const own = wanted.envtest ? ', or set KUBEBUILDER_ASSETS to a folder that holds it' : '';
  const place = `or put it at ${cachePath(wanted)}`;
  return new ProgramError('unavailable', `${wanted.name} ${wanted.version} cannot be had: ${release}; ${source}${own}, ${place}`);
}
