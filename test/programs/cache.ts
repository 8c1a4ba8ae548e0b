import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Folder of everything that can be made again; the same that `tools/node` uses. */
export function cacheFolder(...below: string[]): string {
  const own = variable('LGTM_CACHE');
  const root = own === undefined ? join(variable('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'lgtm-operator') : resolve(own);
  return join(root, ...below);
}

/** An empty variable counts as none, as in the shell. */
const variable = (name: string): string | undefined => (process.env[name] === '' ? undefined : process.env[name]);
