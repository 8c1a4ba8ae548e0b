import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CredentialSource } from './credentials.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterOptions {
  env?: NodeJS.ProcessEnv;
  /** Where the token, the CA and the namespace are mounted. */
  directory?: string;
}

/**
 * Where a pod finds its API server, or undefined when this is no pod or a kubeconfig takes precedence (the same order
 * as client-node's). It is our own so that a pod does not pay for client-node: 16 MB and 65 ms, bundled.
 */
export async function inClusterSource(options: InClusterOptions = {}): Promise<CredentialSource | undefined> {
  const { env = process.env, directory = SERVICE_ACCOUNT } = options;
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  if (host === '' || (env['KUBECONFIG'] ?? '') !== '') return undefined;
  if (await exists(join(env['HOME'] ?? homedir(), '.kube', 'config'))) return undefined;
  if (!(await exists(join(directory, 'token')))) return undefined;
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: await readFile(join(directory, 'namespace'), 'utf8').catch(() => undefined),
    load: async () => {
      const [token, ca] = await Promise.all([readFile(join(directory, 'token'), 'utf8'), readFile(join(directory, 'ca.crt'))]);
      return { headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
    },
  };
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
