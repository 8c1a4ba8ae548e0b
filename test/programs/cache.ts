import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Folder of everything that can be made again; the same that `tools/node` uses. */
export function cacheFolder(...below: string[]): string {
  const own = process.env['LGTM_CACHE'];
  const root = own ? resolve(own) : join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'lgtm-operator');
  return join(root, ...below);
}
