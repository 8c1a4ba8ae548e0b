import { createServer as createPlain, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ProductError } from '../../src/dataplane/errors.ts';
import type { Exchange } from '../../src/dataplane/http.ts';
import { type Contract, type ContractRequest, Dropped } from './contract.ts';

/** A contract on a port of the loopback, or without any. */

export interface Identity {
  cert: string;
  key: string;
}

export interface Served {
  host: string;
  port: number;
  /** New connections see this certificate. */
  present(identity: Identity): void;
  /** Breaks the connections that there are. */
  cut(): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

const parsed = (text: string): unknown => (text === '' ? undefined : (JSON.parse(text) as unknown));

function requestOf(method: string, target: string, headers: Readonly<Record<string, unknown>>, text: string): ContractRequest {
  const { pathname, searchParams } = new URL(target, 'http://contract');
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { method, path: decodeURIComponent(pathname), query: searchParams, headers: Object.fromEntries(lower) as Record<string, string>, body: parsed(text) };
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

async function respond(contract: Contract, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  try {
    const request = requestOf(incoming.method ?? 'GET', incoming.url ?? '/', incoming.headers, Buffer.concat(chunks).toString());
    const { status, headers, body } = await contract.handle(request);
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(textOf(body));
  } catch (error) {
    if (!(error instanceof Dropped)) process.stderr.write(`contract: ${String(error)}\n`);
    incoming.socket.destroy();
  }
}

/** Serves over TLS when there is an identity, or will be one (`later`). */
export async function serve(contract: Contract, identity?: Identity | 'later'): Promise<Served> {
  const listener: RequestListener = (incoming, response) => void respond(contract, incoming, response);
  const server: Server | SecureServer = identity === undefined ? createPlain(listener) : createSecure(identity === 'later' ? {} : identity, listener);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: HOST,
    port,
    present: (next) => {
      if ('setSecureContext' in server) server.setSecureContext(next);
    },
    cut: () => server.closeAllConnections(),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new ProductError({ trouble: 'aborted', message: 'aborted' })), { once: true }));

/** The same without sockets and TLS. Contracts by base address; an address without one is down. */
export function inMemory(find: (url: string) => Contract | undefined): (options: { url: string }) => Exchange {
  return ({ url }) => ({
    send: async ({ method, path, headers, body }, signal) => {
      const contract = find(url);
      if (contract === undefined) throw new ProductError({ trouble: 'network', message: 'ECONNREFUSED' });
      try {
        const answer = await Promise.race([contract.handle(requestOf(method, path, headers, body ?? '')), aborted(signal)]);
        return { status: answer.status, retryAfter: answer.headers?.['retry-after'], body: textOf(answer.body) };
      } catch (error) {
        if (error instanceof Dropped) throw new ProductError({ trouble: 'network', message: 'ECONNRESET' });
        throw error;
      }
    },
    close: () => Promise.resolve(),
  });
}
