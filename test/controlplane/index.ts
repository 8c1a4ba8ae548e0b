import { join } from 'node:path';
import { auditPath, startApiServer } from './apiserver.ts';
import type { ApiServer } from './apiserver.ts';
import { AuditLog } from './audit.ts';
import { startBinder } from './binder.ts';
import type { Binder } from './binder.ts';
import { Client } from './client.ts';
import type { Connection } from './client.ts';
import { startControllers } from './controllers.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { prepareState, removeState } from './state.ts';

export { AuditLog, countBy } from './audit.ts';
export type { AuditFilter, AuditRecord } from './audit.ts';
export { startBinder } from './binder.ts';
export { ApiError, Client } from './client.ts';
export type { Connection, WatchEvent } from './client.ts';
export { HOLD } from './kwok.ts';

export interface ControlPlaneOptions {
  /** kube-controller-manager, kube-scheduler, and kwok with simulated nodes; and a binder for claims. Off by default. */
  controllers?: boolean;
  /** How many simulated nodes, with controllers. Default 3, at most 254. */
  nodes?: number;
  /** Write and read an audit log. On by default. */
  audit?: boolean;
  /** Name of the cluster in kubeconfigs. */
  name?: string;
  /** Where everything is kept: an empty folder, or one of an earlier control plane, which is emptied. Default: a temporary one. */
  stateDir?: string;
  /** Further flags of kube-apiserver. */
  apiServerArgs?: readonly string[];
  onProgress?: (line: string) => void;
}

export interface ControlPlane {
  url: string;
  /** Path of a kubeconfig with every right. */
  kubeconfig: string;
  /** The same, for a client. */
  admin: Connection;
  /** A small client with every right. */
  client: Client;
  auditLog: AuditLog;
  stateDir: string;
  /** A connection as anybody: `system:serviceaccount:<namespace>:<name>` gets a service account's groups. Need not exist as an object. */
  connectionFor(user: string, groups?: readonly string[]): Connection;
  /** The same, as the path of a kubeconfig. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  /** A real token of a service account that exists, as its pods get it. */
  serviceAccountToken(namespace: string, name: string, expirationSeconds?: number): Promise<string>;
  /** Names of the programs that run. */
  running(): string[];
  /** Ends every process; removes the state. */
  stop(): Promise<void>;
}

const MAX_NODES = 254;

const DEFAULTS = {
  controllers: false,
  nodes: 3,
  audit: true,
  name: 'test',
  apiServerArgs: [],
  onProgress: () => undefined,
} satisfies ControlPlaneOptions;

/**
 * Starts a real etcd and kube-apiserver on free loopback ports; several can run at once. All of it ends with this process. When a
 * program does not start, the error quotes its log; the logs of etcd and kube-apiserver then stay in the state folder.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { controllers, nodes, audit, name, apiServerArgs: args, onProgress, stateDir } = { ...DEFAULTS, ...options };
  if (nodes < 0 || nodes > MAX_NODES) throw new RangeError(`nodes: ${String(nodes)}, but 0 to ${String(MAX_NODES)} can be simulated`);
  const state = await prepareState(stateDir);
  onProgress('starting etcd and kube-apiserver');
  const server = await startApiServer({ state, audit, args });
  const plane = new Running(server, { state, name, audit });
  try {
    await writeKubeconfig(plane.kubeconfig, name, server.admin);
    if (controllers) {
      onProgress(`starting kube-controller-manager, kube-scheduler and kwok with ${String(nodes)} nodes`);
      await plane.addControllers(nodes);
    }
    return plane;
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

class Running implements ControlPlane {
  readonly url: string;
  readonly kubeconfig: string;
  readonly admin: Connection;
  readonly client: Client;
  readonly auditLog: AuditLog;
  readonly stateDir: string;
  readonly #server: ApiServer;
  readonly #name: string;
  readonly #own: Client;
  #binder: Binder | undefined;

  constructor(server: ApiServer, { state, name, audit }: { state: string; name: string; audit: boolean }) {
    this.#server = server;
    this.#name = name;
    this.stateDir = state;
    this.url = server.url;
    this.admin = server.admin;
    this.kubeconfig = join(state, 'kubeconfig.yaml');
    this.client = new Client(server.admin);
    // Another user than those of the tests, so that they can tell it apart in the audit log.
    this.#own = new Client(this.connectionFor('lgtm-test-machinery', ['system:masters']), 'lgtm-test-machinery');
    this.auditLog = new AuditLog(audit ? auditPath(state) : undefined, this.#own);
  }

  async addControllers(nodes: number): Promise<void> {
    await startControllers(this.#server, { state: this.stateDir, nodes });
    this.#binder = await startBinder(this.#own);
  }

  connectionFor(user: string, groups: readonly string[] = []): Connection {
    const { url, authority } = this.#server;
    return { url, ca: authority.cert, ...authority.client(user, [...accountGroups(user), ...groups]) };
  }

  kubeconfigFor(user: string, groups: readonly string[] = []): Promise<string> {
    const file = `${user.replace(/[^\w.-]/g, '_')}.yaml`;
    return writeKubeconfig(join(this.stateDir, 'kubeconfigs', file), this.#name, this.connectionFor(user, groups));
  }

  async serviceAccountToken(namespace: string, name: string, expirationSeconds = 3600): Promise<string> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    return (await this.#own.post<{ status: { token: string } }>(path, body)).status.token;
  }

  running(): string[] {
    return this.#server.daemons.filter((daemon) => daemon.running).map((daemon) => daemon.name);
  }

  async stop(): Promise<void> {
    try {
      await this.#binder?.stop();
    } finally {
      await Promise.all([this.client.close(), this.#own.close()]);
      await Promise.all(this.#server.daemons.map((daemon) => daemon.stop()));
      await removeState(this.stateDir);
    }
  }
}

/** The groups that the API server gives to a service account. */
function accountGroups(user: string): string[] {
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user)?.[1];
  return namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}
