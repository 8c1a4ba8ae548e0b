import { parseArgs } from 'node:util';
import { crdsCommand } from './cli/crds.ts';
import { renderCommand } from './cli/render.ts';
import { runCommand } from './cli/run.ts';
import { HELP } from './cli/help.ts';
import { validateCommand } from './cli/validate.ts';
import { VERSION_TEXT } from './cli/version.ts';

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

export type Flags = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

type Command = (flags: Flags) => Promise<number> | number;

const print = (text: string): number => {
  process.stdout.write(text);
  return 0;
};

function needFiles(name: string, run: (files: readonly string[], namespace: string) => Promise<number>): Command {
  return (flags) => {
    if (flags.file && flags.file.length > 0) return run(flags.file, flags.namespace ?? 'default');
    process.stderr.write(`lgtm-operator ${name}: name files with -f (- is standard input)\n`);
    return 2;
  };
}

const COMMANDS: Readonly<Record<string, Command>> = {
  run: runCommand,
  render: needFiles('render', renderCommand),
  validate: needFiles('validate', validateCommand),
  crds: () => crdsCommand(),
  version: () => print(`${VERSION_TEXT}\n`),
  help: () => print(HELP),
};

function parse(): { command: string; flags: Flags } {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw new Error(`one command at a time: ${positionals.join(' ')}`);
  return { command: values.help ? 'help' : (positionals[0] ?? 'help'), flags: values };
}

async function main(): Promise<number> {
  try {
    const { command, flags } = parse();
    const run = COMMANDS[command];
    if (!run) throw new Error(`no command ${command}`);
    return await run(flags);
  } catch (error) {
    process.stderr.write(`lgtm-operator: ${(error as Error).message}\nSee lgtm-operator help.\n`);
    return 2;
  }
}

process.exitCode = await main();
