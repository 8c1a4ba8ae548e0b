import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { program } from '../programs/program.ts';
import { AUDIT_POLICY } from './audit.ts';
import { Client } from './client.ts';
import type { Connection } from './client.ts';
import { Authority, newKeyPair } from './pki.ts';
import type { Identity } from './pki.ts';
import { freePorts } from './ports.ts';
import { Daemon, DaemonError } from './process.ts';

export interface ApiServerOptions {
  state: string;
  audit: boolean;
  /** Further flags. */
  args: readonly string[];
}

/** A running etcd and kube-apiserver. */
export interface ApiServer {
  url: string;
  authority: Authority;
  /** cluster-admin by a static token. */
  admin: Connection;
  files: Files;
  daemons: Daemon[];
}

/** Files that the controllers read as well. */
interface Files {
  ca: string;
  serviceAccountKey: string;
}

export const SERVICE_RANGE = '10.96.0.0/16';
const PORT_ATTEMPTS = 5;

/** Starts both on free ports; waits until the API server is ready and has made the default namespace. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (!(error instanceof DaemonError && error.portTaken) || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function startOnce({ state, audit, args }: ApiServerOptions): Promise<ApiServer> {
  const [etcdPath, serverPath] = [await program('etcd'), await program('kube-apiserver')];
  const [client = 0, peer = 0, secure = 0] = await freePorts(3);
  const url = `https://127.0.0.1:${String(secure)}`;
  const authority = new Authority('lgtm-operator-test-ca');
  const token = randomBytes(24).toString('base64url');
  const files = await writeFiles(state, authority, token);
  const etcd = new Daemon({ name: 'etcd', program: etcdPath, args: etcdArgs(state, client, peer), log: join(state, 'logs/etcd.log') });
  const daemons = [etcd];
  try {
    await etcd.ready(async () => (await fetch(`http://127.0.0.1:${String(client)}/health`)).ok);
    const serverArgs = [
      `--etcd-servers=http://127.0.0.1:${String(client)}`,
      `--secure-port=${String(secure)}`,
      ...apiServerArgs(state),
      ...(audit ? auditArgs(state) : []),
      ...args,
    ];
    const server = new Daemon({ name: 'kube-apiserver', program: serverPath, args: serverArgs, log: join(state, 'logs/kube-apiserver.log') });
    daemons.push(server);
    const admin = { url, ca: authority.cert, token };
    await server.ready(() => answers(admin));
    return { url, authority, admin, files, daemons };
  } catch (error) {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    throw error;
  }
}

async function answers(admin: Connection): Promise<boolean> {
  const client = new Client(admin);
  try {
    return (await client.isReady()) && (await client.get('/api/v1/namespaces/default')).metadata.name === 'default';
  } finally {
    await client.close();
  }
}

const etcdArgs = (state: string, client: number, peer: number): string[] => {
  const [clientUrl, peerUrl] = [client, peer].map((port) => `http://127.0.0.1:${String(port)}`);
  return [
    '--name=test',
    `--data-dir=${join(state, 'etcd')}`,
    `--listen-client-urls=${String(clientUrl)}`,
    `--advertise-client-urls=${String(clientUrl)}`,
    `--listen-peer-urls=${String(peerUrl)}`,
    `--initial-advertise-peer-urls=${String(peerUrl)}`,
    `--initial-cluster=test=${String(peerUrl)}`,
    '--unsafe-no-fsync',
    '--quota-backend-bytes=4294967296',
    '--log-level=warn',
  ];
};

const apiServerArgs = (state: string): string[] => {
  const pki = (name: string): string => join(state, 'pki', name);
  return [
    '--bind-address=127.0.0.1',
    `--tls-cert-file=${pki('server.crt')}`,
    `--tls-private-key-file=${pki('server.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--token-auth-file=${pki('tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki('sa.pub')}`,
    `--service-account-signing-key-file=${pki('sa.key')}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--allow-privileged',
    // It cannot announce a loopback address as the endpoint of the `kubernetes` Service.
    '--endpoint-reconciler-type=none',
  ];
};

const auditArgs = (state: string): string[] => [
  `--audit-policy-file=${join(state, 'audit-policy.json')}`,
  `--audit-log-path=${auditPath(state)}`,
  // A request's record is in the file before its answer ends; and the reader knows one file only.
  '--audit-log-mode=blocking',
  '--audit-log-maxsize=100000',
];

export const auditPath = (state: string): string => join(state, 'audit.log');

async function writeFiles(state: string, authority: Authority, token: string): Promise<Files> {
  const pki = (name: string): string => join(state, 'pki', name);
  const server: Identity = authority.server(['localhost', 'kubernetes.default.svc'], ['127.0.0.1', '10.96.0.1']);
  const accounts = newKeyPair();
  const contents = {
    [pki('ca.crt')]: authority.cert,
    [pki('server.crt')]: server.cert,
    [pki('server.key')]: server.key,
    [pki('sa.pub')]: accounts.publicKey,
    [pki('sa.key')]: accounts.privateKey,
    [pki('tokens.csv')]: `${token},admin,admin,system:masters\n`,
    [join(state, 'audit-policy.json')]: JSON.stringify(AUDIT_POLICY),
    [auditPath(state)]: '',
  };
  await Promise.all(Object.entries(contents).map(([path, content]) => writeFile(path, content, { mode: 0o600 })));
  return { ca: pki('ca.crt'), serviceAccountKey: pki('sa.key') };
}
