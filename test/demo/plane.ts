import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import type { Connection } from '../controlplane/client.ts';
import { STATE } from './state.ts';

const CLI = fileURLToPath(new URL('../controlplane/cli.ts', import.meta.url));

/** Runs the control plane's own command line; its progress goes to our stderr, its answer (a path) is the result. */
export function controlPlane(order: 'up' | 'down', ...more: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, order, '--name', 'demo', '--state', STATE, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
    let answer = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve(answer.trim()) : reject(new Error(`the control plane would not go ${order} (exit code ${code})`))));
  });
}

/** Starts the control plane, or finds it running: the path of its kubeconfig. */
export const upControlPlane = (nodes: number): Promise<string> => controlPlane('up', '--nodes', String(nodes));

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string } }[];
}

const decoded = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

/** How to reach the API server of a kubeconfig that the control plane wrote. */
export async function connectionOf(path: string): Promise<Connection> {
  const { clusters, users } = load(await readFile(path, 'utf8')) as Kubeconfig;
  const cluster = clusters[0]?.cluster;
  const user = users[0]?.user;
  if (!cluster || !user) throw new Error(`${path} has no cluster or no user`);
  const { token, 'client-certificate-data': cert, 'client-key-data': key } = user;
  return {
    url: cluster.server,
    ca: decoded(cluster['certificate-authority-data']),
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined || key === undefined ? {} : { cert: decoded(cert), key: decoded(key) }),
  };
}
