import { parseArgs } from 'node:util';

const OPTIONS = {
  file: { type: 'string', short: 'f', multiple: true },
  namespace: { type: 'string', short: 'n' },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespaces: { type: 'string' },
  'leader-elect': { type: 'boolean' },
  'operator-namespace': { type: 'string' },
  'http-address': { type: 'string' },
  workers: { type: 'string' },
  'log-level': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const parsed = () => parseArgs({ options: OPTIONS, allowPositionals: true });

export type Flags = ReturnType<typeof parsed>['values'];

/** Command and flags of this process; throws with what is wrong with them. */
export function parseCommandLine(): { command: string; flags: Flags } {
  const { values, positionals } = parsed();
  if (positionals.length > 1) throw new Error(`one command at a time, not ${positionals.join(' ')}`);
  return { command: values.help ? 'help' : (positionals[0] ?? 'help'), flags: values };
}
