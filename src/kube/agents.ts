import type { Dispatcher } from 'undici';
import { Agent, ProxyAgent } from 'undici';
import type { TlsOptions } from './credentials.ts';

export interface AgentOptions {
  /** Connections for requests, at most. */
  maxRequests: number;
  proxy?: string | undefined;
}

interface Pair {
  tls: TlsOptions;
  requests: Dispatcher;
  watches: Dispatcher;
}

/**
 * The connections: one pool for requests and one for watches, so that a hundred watches never stand before a request.
 *
 * HTTP/1.1 on purpose. With HTTP/2 everything would share one TCP connection: one that died silently, or one large list,
 * holds up every watch and the lease renewal with them; GOAWAY in the middle of a watch is unproven in undici. A watch
 * of its own connection costs a socket, ends alone, and is cancelled by closing it.
 */
export class Agents {
  readonly #options: AgentOptions;
  #current: Pair | undefined;
  /** Pools made for certificates that have since changed, until their last request has ended. */
  readonly #retired = new Set<Dispatcher>();

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /** The pool for these certificates; a change of `tls` (by identity) retires the old pools. */
  get(kind: 'requests' | 'watches', tls: TlsOptions): Dispatcher {
    if (this.#current?.tls !== tls) {
      this.#retire();
      this.#current = { tls, requests: this.#create(tls, this.#options.maxRequests), watches: this.#create(tls, null) };
    }
    return this.#current[kind];
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    this.#retire();
    await Promise.all([...this.#retired].map((agent) => agent.destroy()));
  }

  #retire(): void {
    if (this.#current === undefined) return;
    for (const agent of [this.#current.requests, this.#current.watches]) {
      this.#retired.add(agent);
      const forget = (): boolean => this.#retired.delete(agent);
      agent.close().then(forget, forget);
    }
    this.#current = undefined;
  }

  #create(tls: TlsOptions, connections: number | null): Dispatcher {
    const socket = { keepAlive: true, keepAliveInitialDelay: 30_000 };
    const options = {
      connections,
      allowH2: false,
      pipelining: 1,
      // Deadlines and inactivity are ours, on an injected clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      connectTimeout: 10_000,
      // The API server closes idle connections after 90 s: be first, or a request runs into the closing.
      keepAliveTimeout: 60_000,
      keepAliveMaxTimeout: 60_000,
    };
    const { proxy } = this.#options;
    if (proxy !== undefined) {
      return new ProxyAgent({ uri: proxy, proxyTunnel: true, requestTls: { ...tls, ...socket, allowH2: false }, ...options });
    }
    return new Agent({ ...options, connect: { ...tls, ...socket } });
  }
}
