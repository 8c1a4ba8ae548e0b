import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Marks a folder as ours: only such a one, or an empty one, is ever emptied. */
const MARKER = '.lgtm-controlplane';

/** An empty folder for a control plane: the given one, or a temporary one. Throws when the given one holds something else. */
export async function prepareState(folder: string | undefined): Promise<string> {
  const state = folder === undefined ? await mkdtemp(join(tmpdir(), 'lgtm-controlplane-')) : resolve(folder);
  await removeState(state);
  for (const part of ['', 'logs', 'pki', 'kubeconfigs', 'etcd']) await mkdir(join(state, part), { recursive: true, mode: 0o700 });
  await writeFile(join(state, MARKER), '');
  return state;
}

/** Removes a control plane's folder. Nothing happens when there is none. */
export async function removeState(state: string): Promise<void> {
  const found = await readdir(state).catch((): string[] => []);
  if (found.length > 0 && !found.includes(MARKER)) throw new Error(`${state} is not a control plane's folder: it is left alone`);
  // A killed program's last file may still appear.
  await rm(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
