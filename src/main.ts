import { crdsCommand } from './cli/crds.ts';
import { type Flags, parseCommandLine } from './cli/flags.ts';
import { HELP } from './cli/help.ts';
import { renderCommand } from './cli/render.ts';
import { runCommand } from './cli/run.ts';
import { validateCommand } from './cli/validate.ts';
import { VERSION_TEXT } from './cli/version.ts';

type Command = (flags: Flags) => Promise<number> | number;

const print = (text: string): number => {
  process.stdout.write(text);
  return 0;
};

function withFiles(name: string, run: (files: readonly string[], namespace: string) => Promise<number>): Command {
  return (flags) => {
    if (flags.file && flags.file.length > 0) return run(flags.file, flags.namespace ?? 'default');
    throw new Error(`${name} wants files: -f FILE (- is standard input)`);
  };
}

const COMMANDS: Readonly<Record<string, Command>> = {
  run: runCommand,
  render: withFiles('render', renderCommand),
  validate: withFiles('validate', validateCommand),
  crds: crdsCommand,
  version: () => print(`${VERSION_TEXT}\n`),
  help: () => print(HELP),
};

async function main(): Promise<number> {
  try {
    const { command, flags } = parseCommandLine();
    const run = COMMANDS[command];
    if (!run) throw new Error(`no command ${command}`);
    return await run(flags);
  } catch (error) {
    process.stderr.write(`lgtm-operator: ${(error as Error).message}\nSee lgtm-operator help.\n`);
    return 2;
  }
}

process.exitCode = await main();
