import type { Clock } from './clock.ts';
import { realClock } from './clock.ts';
import type { CredentialSource, TlsOptions } from './credentials.ts';
import { CredentialCache } from './credentials.ts';
import type { InClusterOptions } from './in-cluster.ts';
import { inClusterSource } from './in-cluster.ts';
import type { KubeconfigOptions } from './kubeconfig.ts';
import { kubeconfigSource } from './kubeconfig.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';

export type { TlsOptions } from './credentials.ts';

/** Where the API server is, and how to prove who we are. */
export interface Connection {
  /** URL, possibly with a path in front of the API (Rancher). */
  readonly server: string;
  /** Namespace of the context, or of the pod. */
  readonly namespace?: string | undefined;
  readonly proxy?: string | undefined;
  /** Authentication headers, names in lower case. */
  headers(): Promise<Record<string, string>>;
  /** The same object as long as nothing has changed. */
  tls(): Promise<TlsOptions>;
  /** Says that the server answered 401: the next `headers()` reads again. */
  rejected?(): void;
}

export interface ConnectionOptions extends KubeconfigOptions {
  clock?: Clock;
  log?: Log;
  inCluster?: InClusterOptions;
}

/**
 * Finds the API server: the kubeconfig given, else `KUBECONFIG`, `~/.kube/config`, the pod's service account. Token
 * files, exec plugins and certificates are read again at most every 60 s, and at once after a 401. Throws an Error when
 * the kubeconfig cannot be read.
 */
export async function loadConnection(options: ConnectionOptions = {}): Promise<Connection> {
  const explicit = options.kubeconfig !== undefined || options.context !== undefined;
  const inCluster = explicit ? undefined : await inClusterSource(options.inCluster);
  const source = inCluster ?? (await kubeconfigSource(options));
  const connection = connect(source, options);
  await connection.headers();
  return connection;
}

function connect(source: CredentialSource, options: ConnectionOptions): Connection {
  const credentials = new CredentialCache(source, options.clock ?? realClock, options.log ?? silentLog);
  return {
    server: source.server,
    namespace: source.namespace,
    proxy: source.proxy,
    headers: async () => (await credentials.get()).headers,
    tls: async () => (await credentials.get()).tls,
    rejected: () => credentials.reject(),
  };
}
