import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connection, ConnectionOptions } from './connection.ts';
import { loadConnection } from './connection.ts';
import { FakeClock } from './testing/clock.ts';

let directory: string;
let clock: FakeClock;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kube-'));
  clock = new FakeClock();
});

afterEach(() => rm(directory, { recursive: true }));

const file = async (name: string, content: string): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Kubeconfig {
  cluster?: object;
  user?: object;
}

async function load({ cluster, user }: Kubeconfig, options: ConnectionOptions = {}): Promise<Connection> {
  const config = {
    'current-context': 'main',
    contexts: [
      { name: 'main', context: { cluster: 'c', namespace: 'team-a', ...(user && { user: 'u' }) } },
      { name: 'broken', context: { cluster: 'nowhere', user: 'u' } },
    ],
    clusters: [{ name: 'c', cluster: { server: 'https://kube.example:6443', 'certificate-authority-data': base64('CA'), ...cluster } }],
    users: user ? [{ name: 'u', user }] : [],
  };
  return loadConnection({ kubeconfig: await file('config', JSON.stringify(config)), clock, ...options });
}

const authorization = async (connection: Connection): Promise<string | undefined> => (await connection.headers())['authorization'];

describe('loadConnection from a kubeconfig', () => {
  it('finds server, namespace, CA and client certificate', async () => {
    const connection = await load({ user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') } });
    expect([connection.server, connection.namespace, connection.proxy]).toEqual(['https://kube.example:6443', 'team-a', undefined]);
    const tls = await connection.tls();
    expect(Object.fromEntries(Object.entries(tls).map(([k, v]) => [k, String(v)]))).toEqual({ ca: 'CA', cert: 'CERT', key: 'KEY' });
    expect(await connection.headers()).toEqual({});
  });

  it('takes server name, skipped verification and proxy over', async () => {
    const cluster = { 'tls-server-name': 'kube.internal', 'insecure-skip-tls-verify': true, 'proxy-url': 'http://proxy:3128' };
    const connection = await load({ cluster, user: { token: 't' } });
    expect(await connection.tls()).toMatchObject({ servername: 'kube.internal', rejectUnauthorized: false });
    expect([connection.proxy, await authorization(connection)]).toEqual(['http://proxy:3128', 'Bearer t']);
    await expect(load({ cluster: { 'proxy-url': 'socks5://p:1' }, user: { token: 't' } })).rejects.toThrow('only HTTP proxies');
  });

  it('knows basic authentication, impersonation, plain HTTP, and nobody', async () => {
    const basic = await load({ user: { username: 'u', password: 'p', as: 'other' } });
    expect(await basic.headers()).toEqual({ authorization: `Basic ${base64('u:p')}`, 'impersonate-user': 'other' });
    const plain = await load({ cluster: { server: 'http://127.0.0.1:8001' }, user: { token: 't' } });
    expect([plain.server, await authorization(plain)]).toEqual(['http://127.0.0.1:8001', 'Bearer t']);
    expect(String((await (await load({})).tls()).ca)).toBe('CA');
  });

  it('says which contexts there are', async () => {
    await expect(load({ user: { token: 't' } }, { context: 'broken' })).rejects.toThrow('no usable context "broken"; it has: main, broken');
    await expect(loadConnection({ kubeconfig: join(directory, 'none') })).rejects.toThrow('ENOENT');
  });

  it('reads tokens and certificates again at most every 60 s', async () => {
    const token = await file('token', 'one\n');
    const ca = await file('ca.crt', 'CA 1');
    const connection = await load({ cluster: { 'certificate-authority-data': undefined, 'certificate-authority': ca }, user: { 'token-file': token } });
    const before = await connection.tls();
    await writeFile(token, 'two\n');
    await clock.advance(59_999);
    expect(await authorization(connection)).toBe('Bearer one');
    await clock.advance(1);
    expect(await authorization(connection)).toBe('Bearer two');
    expect(await connection.tls()).toBe(before);
    await writeFile(ca, 'CA 2');
    await clock.advance(60_000);
    expect(String((await connection.tls()).ca)).toBe('CA 2');
  });

  it('reads again at once after a rejection, but not over and over', async () => {
    const token = await file('token', 'one');
    const connection = await load({ user: { 'token-file': token } });
    await clock.advance(5_000);
    await writeFile(token, 'two');
    connection.rejected?.();
    expect(await authorization(connection)).toBe('Bearer two');
    await writeFile(token, 'three');
    connection.rejected?.();
    expect(await authorization(connection)).toBe('Bearer two');
  });

  it('keeps what it has when reading fails', async () => {
    const token = await file('token', 'one');
    const connection = await load({ user: { 'token-file': token } });
    await rm(token);
    await clock.advance(60_000);
    expect(await authorization(connection)).toBe('Bearer one');
    await writeFile(token, 'two');
    await clock.advance(60_000);
    expect(await authorization(connection)).toBe('Bearer two');
  });

  it('runs an exec plugin once, and again after a rejection', async () => {
    const runs = join(directory, 'runs');
    const script = `require('fs').appendFileSync(${JSON.stringify(runs)}, 'x');
      const token = 't' + require('fs').readFileSync(${JSON.stringify(runs)}).length;
      console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }))`;
    const connection = await load({ user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script] } } });
    expect(await Promise.all([authorization(connection), authorization(connection)])).toEqual(['Bearer t1', 'Bearer t1']);
    await clock.advance(600_000);
    expect(await authorization(connection)).toBe('Bearer t1');
    await clock.advance(2_000);
    connection.rejected?.();
    expect(await authorization(connection)).toBe('Bearer t2');
  });
});

describe('loadConnection in a pod', () => {
  const env = (): NodeJS.ProcessEnv => ({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443', HOME: directory });

  it('uses the service account, read anew', async () => {
    const token = await file('token', 'one\n');
    await file('ca.crt', 'CA');
    await file('namespace', 'ops');
    const connection = await loadConnection({ clock, inCluster: { directory, env: env() } });
    expect([connection.server, connection.namespace, await authorization(connection)]).toEqual(['https://[fd00::1]:443', 'ops', 'Bearer one']);
    expect(String((await connection.tls()).ca)).toBe('CA');
    await writeFile(token, 'two\n');
    await clock.advance(60_000);
    expect(await authorization(connection)).toBe('Bearer two');
  });

  it('yields to a kubeconfig', async () => {
    await file('token', 'one');
    await file('ca.crt', 'CA');
    const inCluster = { directory, env: env() };
    expect((await load({ user: { token: 't' } }, { inCluster })).server).toBe('https://kube.example:6443');
  });
});
