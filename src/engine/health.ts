import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Returns what is wrong, or undefined. */
export type Check = () => string | undefined;

export interface HealthOptions {
  /** Whether this process should be restarted. */
  live: Readonly<Record<string, Check>>;
  /** Whether it can do its work. */
  ready: Readonly<Record<string, Check>>;
  metrics: { text: () => Promise<string>; contentType: string };
}

/** `host:port`, `:port`, or `[::1]:port`; port 0 takes a free one. */
export function parseAddress(address: string): { host?: string; port: number } {
  const cut = address.lastIndexOf(':');
  const port = Number(address.slice(cut + 1));
  if (cut === -1 || !Number.isInteger(port) || port < 0 || port > 65535) throw new TypeError(`not an address: ${address}`);
  const host = address.slice(0, cut).replace(/^\[(.*)\]$/, '$1');
  return host === '' ? { port } : { host, port };
}

/** `/healthz`, `/readyz` and `/metrics`, in plain HTTP, as probes and Prometheus want them. */
export class HealthServer {
  readonly #options: HealthOptions;
  readonly #server: Server;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => {
        if (!response.headersSent) send(response, 500, 'internal error\n');
      });
    });
  }

  /** Resolves to the port; rejects when the address is taken. */
  async listen(address: string): Promise<number> {
    const { host, port } = parseAddress(address);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { live, ready, metrics } = this.#options;
    const path = (request.url ?? '/').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'GET only\n');
    if (path === '/healthz') return report(response, live);
    if (path === '/readyz') return report(response, ready);
    if (path !== '/metrics') return send(response, 404, 'not found\n');
    send(response, 200, await metrics.text(), metrics.contentType);
  }
}

function report(response: ServerResponse, checks: Readonly<Record<string, Check>>): void {
  const results = Object.entries(checks).map(([name, check]) => ({ name, wrong: check() }));
  const text = results.map(({ name, wrong }) => (wrong === undefined ? `[+] ${name} ok\n` : `[-] ${name} failed: ${wrong}\n`)).join('');
  send(response, results.every(({ wrong }) => wrong === undefined) ? 200 : 503, text === '' ? 'ok\n' : text);
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(text);
}

/** The event loop has been held up: the lease is renewed on it as well. */
const MAX_DELAY_MS = 5_000;
/** No request takes this long with all its retries, so something hangs. */
const MAX_RECONCILE_MS = 10 * 60_000;

/** Watches the delay of the event loop from its making until `stop`. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: 100 });

  constructor() {
    this.#histogram.enable();
  }

  /** Worst since the last check. */
  readonly check: Check = () => {
    const worst = this.#histogram.max / 1e6;
    this.#histogram.reset();
    return worst > MAX_DELAY_MS ? `the event loop was held up for ${Math.round(worst)} ms` : undefined;
  };

  stop(): void {
    this.#histogram.disable();
  }
}

export const reconcileCheck =
  (oldestRunningMs: () => number): Check =>
  () => {
    const ms = oldestRunningMs();
    return ms > MAX_RECONCILE_MS ? `a reconciliation has been running for ${Math.round(ms / 1000)} s` : undefined;
  };
