import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../programs/cache.ts';

/** Where the demo keeps its control plane, and beside it what runs on it. */
export const STATE = cacheFolder('controlplane', 'demo');
export const OPERATOR_LOG = `${STATE}.operator.log`;
export const OPERATOR_PID = `${STATE}.operator.pid`;
export const OPERATOR_KUBECONFIG = join(STATE, 'operator.kubeconfig');

/** Process of the operator that an earlier demo left running. */
export async function operatorPid(): Promise<number | undefined> {
  const text = await readFile(OPERATOR_PID, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && isOperator(pid) ? pid : undefined;
}

function isOperator(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
