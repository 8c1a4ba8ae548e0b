import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const WATCHDOG = fileURLToPath(new URL('watchdog.sh', import.meta.url));
const POLL_MS = 25;

/** A program of the control plane failed; the message ends with the last lines of its log. */
export class DaemonError extends Error {
  override readonly name = 'DaemonError';
  /** Another process was quicker to take the port. */
  readonly portTaken: boolean;

  constructor(message: string, portTaken: boolean) {
    super(message);
    this.portTaken = portTaken;
  }
}

export interface DaemonSpec {
  name: string;
  program: string;
  args: readonly string[];
  /** Gets everything it prints. */
  log: string;
}

/** One running program. It ends with this process, however that ends. */
export class Daemon {
  readonly name: string;
  readonly log: string;
  /** Settles when it has ended; never rejects. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #running = true;

  constructor({ name, program, args, log }: DaemonSpec) {
    this.name = name;
    this.log = log;
    const output = openSync(log, 'w');
    this.#child = spawn('/bin/sh', [WATCHDOG, program, ...args], { stdio: ['pipe', output, output], detached: true });
    closeSync(output);
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#running = false;
        resolve();
      };
      this.#child.once('exit', end).once('error', end);
    });
    // A forgotten control plane does not keep its process alive.
    this.#child.unref();
    const stdin = this.#child.stdin as Socket | null;
    stdin?.on('error', () => undefined).unref();
  }

  get running(): boolean {
    return this.#running;
  }

  /** Waits until it is ready; throws when it ends before, or takes too long. */
  async ready(isReady: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!(await isReady().catch(() => false))) {
      if (!this.#running) throw this.failure('ended early');
      if (performance.now() > end) throw this.failure(`was not ready after ${String(timeoutMs / 1000)} s`);
      await delay(POLL_MS);
    }
  }

  /** Kills it. Does nothing when it has ended already. */
  async stop(): Promise<void> {
    this.#child.ref();
    this.#child.stdin?.end();
    await this.ended;
  }

  /** An error that says what happened to it, with the last lines of its log. */
  failure(what: string): DaemonError {
    const text = readFileSync(this.log, 'utf8');
    const tail = text.trimEnd().split('\n').slice(-15).join('\n');
    return new DaemonError(`${this.name} ${what}. The end of ${this.log}:\n${tail}`, text.includes('address already in use'));
  }
}
