/** A control plane in a process of its own, which outlives the command that started it. Started by `cli.ts` only. */
import type { Server } from 'node:net';
import { listen } from './control.ts';
import type { Status } from './control.ts';
import { startControlPlane } from './index.ts';

export interface SupervisorOptions {
  name: string;
  nodes: number;
  stateDir: string;
}

/** What it tells the command that waits for it. */
export type Message = { progress: string } | { ready: Status } | { failed: string };

const tell = (message: Message): void => {
  if (process.connected) process.send?.(message);
};

async function main(options: SupervisorOptions): Promise<void> {
  const door: { server?: Server } = {};
  // Nobody waits any more: the command was interrupted. The programs end with this process.
  process.once('disconnect', () => door.server ?? process.exit(1));
  const plane = await startControlPlane({
    ...options,
    controllers: true,
    onProgress: (line) => {
      tell({ progress: line });
    },
  });
  const since = new Date().toISOString();
  const status = (): Status => ({
    pid: process.pid,
    name: options.name,
    url: plane.url,
    kubeconfig: plane.kubeconfig,
    running: plane.running(),
    since,
  });
  const stop = async (): Promise<void> => {
    door.server?.close();
    await plane.stop();
  };
  door.server = await listen(options.stateDir, async (what) => {
    const now = status();
    if (what === 'stop') await stop();
    return now;
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stop().then(() => process.exit(0), () => process.exit(1));
    });
  }
  tell({ ready: status() });
}

try {
  await main(JSON.parse(process.argv[2] ?? '') as SupervisorOptions);
} catch (error) {
  tell({ failed: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}
