import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { MANAGER } from '../base/names.ts';
import { CONTROLLERS } from '../controllers/index.ts';
import { ProductsDataPlane } from '../dataplane/runner.ts';
import { type ManagerOptions, runManager } from '../engine/manager.ts';
import { loadConnection } from '../kube/connection.ts';
import type { Flags } from './flags.ts';
import { OPERATOR_VERSION } from './version.ts';

const LEASE = `${MANAGER}.lgtm-operator.io`;

/** Log lines are JSON, one each; values of Secrets never get this far, and would be cut out if they did. */
const logger = (level: string | undefined): Logger =>
  pino({ level: level ?? 'info', base: {}, timestamp: pino.stdTimeFunctions.isoTime, redact: ['*.data', '*.stringData', '*.headers.authorization'] });

/** Aborted by the first signal; a second one ends the process at once. */
function stopSignal(log: Logger): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1);
      log.info({ signal: name }, 'stopping');
      stop.abort();
    });
  }
  return stop.signal;
}

function workers(text: string | undefined): number {
  const count = Number(text ?? 8);
  if (!Number.isInteger(count) || count < 1 || count > 64) throw new Error(`--workers must be a number from 1 to 64, not ${text ?? ''}`);
  return count;
}

const list = (text: string | undefined): string[] | undefined => text?.split(',').map((name) => name.trim()).filter((name) => name !== '');

async function options(flags: Flags, log: Logger): Promise<ManagerOptions> {
  const { kubeconfig, context } = flags;
  const connection = await loadConnection({ ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }), log });
  const address = flags['http-address'] ?? ':8080';
  const namespaces = list(flags.namespaces);
  return {
    connection,
    userAgent: `${MANAGER}/${OPERATOR_VERSION}`,
    controllers: Object.values(CONTROLLERS),
    scope: namespaces === undefined ? {} : { namespaces },
    identity: `${hostname()}-${randomUUID().slice(0, 8)}`,
    leaderElection: flags['leader-elect'] ? { namespace: flags['operator-namespace'] ?? MANAGER, name: LEASE } : undefined,
    addresses: address === '' ? [] : [address],
    log,
    signal: stopSignal(log),
    workers: workers(flags.workers),
    dataPlane: (parts) => new ProductsDataPlane(parts),
  };
}

/** `lgtm-operator run`: works until it is told to stop (exit code 0) or loses the lease (1). */
export async function runCommand(flags: Flags): Promise<number> {
  const log = logger(flags['log-level']);
  const wanted = await options(flags, log);
  log.info({ version: OPERATOR_VERSION, server: wanted.connection.server }, 'starting');
  const end = await runManager(wanted);
  log.info({ end }, 'stopped');
  return end === 'stopped' ? 0 : 1;
}
