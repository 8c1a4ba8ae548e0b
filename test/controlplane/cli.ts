/**
 * `tools/node test/controlplane/cli.ts up|down|status [--name demo] [--nodes 3] [--state DIR]`: a Kubernetes control plane with
 * simulated nodes that stays until it is told to go. `up` prints the path of its kubeconfig.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../programs/cache.ts';
import { isAlive, withLock } from '../programs/lock.ts';
import { program } from '../programs/program.ts';
import { order } from './control.ts';
import type { Status } from './control.ts';
import { removeState } from './state.ts';
import type { Message, SupervisorOptions } from './supervisor.ts';

const USAGE = 'usage: cli.ts up|down|status [--name demo] [--nodes 3] [--state DIR]';
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function show({ name, url, kubeconfig, running, since }: Status): void {
  say(`${name} runs since ${since} at ${url}: ${running.join(', ')}`);
  const missing = PROGRAMS.filter((wanted) => !running.includes(wanted));
  if (missing.length > 0) say(`not running any more: ${missing.join(', ')}; see the logs beside the kubeconfig`);
  process.stdout.write(`${kubeconfig}\n`);
}

async function up(options: SupervisorOptions): Promise<number> {
  const found = await order(options.stateDir, 'status');
  if (found !== undefined) say('it runs already');
  show(found ?? (await withLock(`${options.stateDir}.lock`, () => start(options))));
  return 0;
}

async function start(options: SupervisorOptions): Promise<Status> {
  const found = await order(options.stateDir, 'status');
  if (found !== undefined) return found;
  // Here, so that long work shows its progress.
  for (const name of PROGRAMS) await program(name);
  const log = openSync(`${options.stateDir}.log`, 'w');
  const script = fileURLToPath(new URL('supervisor.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { detached: true, stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  try {
    return await outcome(child, `${options.stateDir}.log`);
  } catch (error) {
    if (error instanceof StartError) await rm(`${options.stateDir}.log`, { force: true });
    throw error;
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** The reason why it did not start, as it has told itself: its log has nothing to add. */
class StartError extends Error {}

function outcome(child: ChildProcess, log: string): Promise<Status> {
  return new Promise((fulfil, reject) => {
    child.on('message', (message: Message) => {
      if ('progress' in message) say(message.progress);
      else if ('ready' in message) fulfil(message.ready);
      else reject(new StartError(message.failed));
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`the control plane ended with ${String(code)}; see ${log}`));
    });
  });
}

async function down({ stateDir }: SupervisorOptions): Promise<number> {
  const found = await order(stateDir, 'stop');
  while (found !== undefined && isAlive(found.pid)) await delay(10);
  await removeState(stateDir);
  await rm(`${stateDir}.log`, { force: true });
  say(found === undefined ? 'nothing runs' : `${found.name} is gone`);
  return 0;
}

async function status({ stateDir }: SupervisorOptions): Promise<number> {
  const found = await order(stateDir, 'status');
  if (found === undefined) {
    say('nothing runs');
    return 1;
  }
  show(found);
  return 0;
}

const COMMANDS = new Map([
  ['up', up],
  ['down', down],
  ['status', status],
]);

async function main(argv: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { name: { type: 'string', default: 'demo' }, nodes: { type: 'string', default: '3' }, state: { type: 'string' } },
  });
  const command = COMMANDS.get(positionals[0] ?? '');
  const nodes = Number(values.nodes);
  if (command === undefined || positionals.length > 1 || !Number.isInteger(nodes) || !/^[\w.-]+$/.test(values.name)) {
    say(USAGE);
    return 2;
  }
  const stateDir = values.state === undefined ? cacheFolder('controlplane', values.name) : resolve(values.state);
  mkdirSync(dirname(stateDir), { recursive: true });
  return command({ name: values.name, nodes, stateDir });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
