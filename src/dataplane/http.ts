import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { Clock } from '../kube/clock.ts';
import { Deadline } from '../kube/deadline.ts';
import { errorFromConnection, ProductError } from './errors.ts';

export interface Request {
  method: 'GET' | 'PUT' | 'POST';
  /** Below the base address; with its query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** JSON. */
  body?: string | undefined;
}

export interface Answer {
  status: number;
  retryAfter?: string | undefined;
  body: string;
}

/** One request and its answer, whatever its status. Rejects with ProductError when there is none. */
export interface Exchange {
  send(request: Request, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

/** Where to connect for an address, in place of what its name says; the certificate must still be that of the name. */
export type Dial = (url: URL) => { host: string; port: number } | undefined | Promise<{ host: string; port: number } | undefined>;

export interface ExchangeOptions {
  url: string;
  /** PEM bundle; absent: what Node trusts. */
  ca?: string | undefined;
  clock: Clock;
  dial?: Dial | undefined;
}

/** Most a request may take, its answer included. */
export const REQUEST_MS = 15_000;
const CONNECT_MS = 10_000;
/** Shorter than the pause between two visits: each visit connects anew, and so sees the certificate of the day. */
const KEEP_ALIVE_MS = 4_000;
const LARGEST = 16 * 1024 * 1024;

function connector({ url, ca, dial }: ExchangeOptions): buildConnector.connector {
  const base = new URL(url);
  // No resumed sessions: those are not verified again.
  const connect = buildConnector({ ...(ca === undefined ? {} : { ca }), timeout: CONNECT_MS, maxCachedSessions: 0, allowH2: false });
  if (dial === undefined) return connect;
  return (options, callback) => {
    const failed = (error: unknown): void => callback(error instanceof Error ? error : new Error(String(error)), null);
    Promise.resolve(dial(base)).then((at) => connect(at === undefined ? options : { ...options, hostname: at.host, port: String(at.port) }, callback), failed);
  };
}

const header = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Requests to one product, over connections of their own. */
export function exchange(options: ExchangeOptions): Exchange {
  const { origin, pathname } = new URL(options.url);
  const prefix = pathname.replace(/\/$/, '');
  const agent = new Agent({
    connect: connector(options), connections: 2, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0, bodyTimeout: 0, maxResponseSize: LARGEST,
  });
  const once = async (request: Request, signal: AbortSignal): Promise<Answer> => {
    const { method, path, headers, body } = request;
    const wanted: Dispatcher.RequestOptions = { origin, path: `${prefix}${path}`, method, headers, body: body ?? null, signal };
    const answer = await agent.request(wanted);
    return { status: answer.statusCode, retryAfter: header(answer.headers['retry-after']), body: await answer.body.text() };
  };
  return {
    send: async (request, signal) => {
      const deadline = new Deadline(options.clock, REQUEST_MS, signal);
      try {
        return await deadline.race(once(request, deadline.signal));
      } catch (error) {
        throw errorFromConnection(deadline.error ?? error);
      } finally {
        deadline.dispose();
      }
    },
    close: () => agent.destroy(new ProductError({ trouble: 'aborted', message: 'closed' })),
  };
}
