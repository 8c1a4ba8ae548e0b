import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';

/** What a detached control plane says about itself. */
export interface Status {
  pid: number;
  name: string;
  url: string;
  kubeconfig: string;
  /** Programs that run. */
  running: string[];
  since: string;
}

export type Order = 'status' | 'stop';

/** Longest path that every system takes for a socket. */
const MAX_PATH = 100;

function socketPath(state: string): string {
  const path = join(state, 'control.sock');
  if (path.length > MAX_PATH) throw new RangeError(`${path} is too long for a socket: use --state with a shorter path`);
  return path;
}

/** Gives an order to the control plane of a state folder. Undefined when none runs there. */
export async function order(state: string, what: Order): Promise<Status | undefined> {
  const socket = await dial(socketPath(state));
  if (socket === undefined) return undefined;
  socket.end(what);
  const answer = await textOf(socket);
  if (answer === '') throw new Error(`the control plane of ${state} ended without an answer`);
  return JSON.parse(answer) as Status;
}

/** Answers orders; whoever listens first at a folder is its control plane. */
export function listen(state: string, obey: (what: Order) => Promise<Status>): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const answer = async (): Promise<void> => {
      const text = await textOf(socket);
      const status = await obey(text === 'stop' ? 'stop' : 'status');
      socket.end(JSON.stringify(status));
    };
    answer().catch(() => socket.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath(state), () => {
      resolve(server);
    });
  });
}

function dial(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', () => {
      resolve(undefined);
    });
  });
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text;
}
