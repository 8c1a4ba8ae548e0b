import { chmod, writeFile } from 'node:fs/promises';
import { dump } from 'js-yaml';
import type { Connection } from './client.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Writes a kubeconfig with everything inside, readable by its owner only. */
export async function writeKubeconfig(path: string, cluster: string, connection: Connection): Promise<string> {
  const { url, ca, token, cert, key } = connection;
  const user = {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined ? {} : { 'client-certificate-data': base64(cert) }),
    ...(key === undefined ? {} : { 'client-key-data': base64(key) }),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server: url, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'user', user }],
    contexts: [{ name: cluster, context: { cluster, user: 'user' } }],
    'current-context': cluster,
  };
  await writeFile(path, dump(config), { mode: 0o600 });
  await chmod(path, 0o600);
  return path;
}
