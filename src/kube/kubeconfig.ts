import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { CredentialSource, Credentials, TlsOptions } from './credentials.ts';

export interface KubeconfigOptions {
  /** Path of a kubeconfig; absent: `KUBECONFIG`, `~/.kube/config`, as kubectl does. */
  kubeconfig?: string | undefined;
  context?: string | undefined;
}

type Cluster = NonNullable<ReturnType<KubeConfig['getCurrentCluster']>>;
type User = NonNullable<ReturnType<KubeConfig['getCurrentUser']>>;

/**
 * Server and credentials by way of client-node's `KubeConfig`. Its module is imported only here and only when needed;
 * the package index would bring the generated API classes along (`dist/config.js` is as narrow as it gets).
 */
export async function kubeconfigSource(options: KubeconfigOptions): Promise<CredentialSource> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const read = (): Selected => {
    const all = new KubeConfig();
    if (options.kubeconfig === undefined) all.loadFromDefault();
    else all.loadFromFile(options.kubeconfig);
    return select(all, new KubeConfig(), options.context);
  };
  let current = read();
  return {
    server: current.cluster.server,
    namespace: current.namespace,
    proxy: proxyOf(current.cluster),
    load: (rejected) => {
      if (readAgain(current.user, rejected)) current = read();
      return credentialsOf(current.config);
    },
  };
}

interface Selected {
  config: KubeConfig;
  cluster: Cluster;
  user: User;
  namespace: string | undefined;
}

/** Narrows `all` to one cluster and one user, in `config`. Throws an Error that names the contexts there are. */
function select(all: KubeConfig, config: KubeConfig, context = all.getCurrentContext()): Selected {
  all.setCurrentContext(context);
  const cluster = all.getCurrentCluster();
  if (cluster === null) {
    const names = all.getContexts().map((c) => c.name);
    throw new Error(`the kubeconfig has no usable context "${context}"; it has: ${names.join(', ') || 'none'}`);
  }
  // Without a user, client-node would leave out the CA as well.
  const user = all.getCurrentUser() ?? { name: '' };
  // It refuses plain HTTP (`kubectl proxy`, a test server) unless TLS verification is off.
  const skipTLSVerify = cluster.skipTLSVerify || cluster.server.startsWith('http:');
  config.loadFromClusterAndUser({ ...cluster, skipTLSVerify }, user);
  return { config, cluster, user, namespace: all.getContextObject(context)?.namespace };
}

function proxyOf(cluster: Cluster): string | undefined {
  const proxy = cluster.proxyUrl;
  if (proxy !== undefined && !/^https?:/.test(proxy)) throw new Error(`proxy-url ${proxy}: only HTTP proxies are supported`);
  return proxy;
}

/**
 * Whether to start from the files again. Exec plugins and OIDC keep tokens, with their expiry, inside the instance: the
 * first are asked anew only after a rejection; the second would lose a rotated refresh token, so never.
 */
function readAgain(user: User, rejected: boolean): boolean {
  const provider = user.authProvider as { config?: { tokenFile?: string } } | null | undefined;
  if (provider && provider.config?.tokenFile === undefined) return false;
  return rejected || !user.exec;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  if (typeof options.auth === 'string') headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // A token file usually ends with a newline, which no header may.
    if (value !== undefined) headers[name.toLowerCase()] = String(value).trim();
  }
  return { headers, tls: tlsOf(options) };
}

function tlsOf(options: RequestOptions): TlsOptions {
  const tls: TlsOptions = {};
  for (const key of ['ca', 'cert', 'key'] as const) {
    const value = options[key];
    if (typeof value === 'string' || Buffer.isBuffer(value)) tls[key] = value;
  }
  if (options.rejectUnauthorized !== undefined) tls.rejectUnauthorized = options.rejectUnauthorized;
  if (options.servername !== undefined) tls.servername = options.servername;
  return tls;
}
