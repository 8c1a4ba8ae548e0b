import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** File that gets what it prints on both channels. */
  log?: string;
}

export interface RunResult {
  /** Exit code; 127 when there is no such command, 128 when a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end. Never rejects because of the command. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const log = options.log === undefined ? undefined : createWriteStream(options.log, { flags: 'a' });
  log?.write(`$ ${command} ${args.join(' ')}\n`);
  const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const channel of ['stdout', 'stderr'] as const) {
    child[channel].setEncoding('utf8').on('data', (text: string) => {
      printed[channel] += text;
      log?.write(text);
    });
  }
  const code = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      printed.stderr += `${error.message}\n`;
      resolve(127);
    });
    child.on('close', (exit) => {
      resolve(exit ?? 128);
    });
  });
  if (log) {
    log.end();
    await finished(log);
  }
  return { code, ...printed };
}

export const lastLines = (text: string, count: number): string => text.trimEnd().split('\n').slice(-count).join('\n');
