import type { Dispatcher } from 'undici';
import { Agents } from './agents.ts';
import type { Clock } from './clock.ts';
import { realClock, sleep, steady } from './clock.ts';
import type { Connection } from './connection.ts';
import { Deadline } from './deadline.ts';
import { abortedError, ApiError, errorFromResponse } from './errors.ts';
import { LineSplitter } from './lines.ts';
import { retryDelay } from './retry.ts';
import { Semaphore } from './semaphore.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface KubeRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path without query, its segments encoded (see paths.ts). */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Default `application/json`. */
  contentType?: string;
  /** Default `application/json`. */
  accept?: string;
  /** For the whole call, retries included, from its first try; default 30 s. For a stream: until its headers. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  /** False: one try only. */
  retry?: boolean;
  /** Does not queue behind other requests: the lease. */
  urgent?: boolean;
}

export interface Observation {
  method: string;
  /** HTTP status; 0 when no answer came. */
  code: number;
  /** Until the headers of the answer. */
  seconds: number;
  /** Without query. */
  path: string;
  watch: boolean;
}

export interface KubeHttpOptions {
  userAgent: string;
  /** Requests (not watches) under way at once; further ones wait their turn. */
  maxInFlight?: number;
  /** Called once per try. */
  observe?: (observation: Observation) => void;
  clock?: Clock;
  /** Random number in [0, 1). */
  jitter?: () => number;
}

export interface StreamOptions {
  /** Without a byte for this long, the stream counts as dead. */
  inactivityMs: number;
  /** The server has accepted: lines will follow. */
  onOpen?: () => void;
}

/** What reflectors and Objects need; KubeHttp is one. */
export interface Transport {
  request<T>(request: KubeRequest): Promise<T>;
  stream(request: KubeRequest, onLine: (line: string) => void, options: StreamOptions): Promise<void>;
}

type Result<T> = { value: T } | { error: ApiError };

const DEFAULT_TIMEOUT_MS = 30_000;

/** HTTP to one API server. Every failure is an ApiError. */
export class KubeHttp implements Transport {
  readonly #connection: Connection;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #agents: Agents;
  readonly #slots: Semaphore;
  readonly #options: KubeHttpOptions;
  readonly #clock: Clock;
  readonly #running = new Set<Deadline>();
  #closed = false;

  constructor(connection: Connection, options: KubeHttpOptions) {
    const url = new URL(connection.server);
    this.#connection = connection;
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, '');
    const maxInFlight = options.maxInFlight ?? 32;
    // Two more for those that do not queue.
    this.#agents = new Agents({ maxRequests: maxInFlight + 2, proxy: connection.proxy });
    this.#slots = new Semaphore(maxInFlight);
    this.#options = options;
    this.#clock = options.clock ?? realClock;
  }

  /** Sends, with retries where they are harmless, and resolves to the parsed body. */
  async request<T>(request: KubeRequest): Promise<T> {
    const first = await this.#slot(request, request.signal);
    const deadline = this.#deadline(request);
    try {
      return await this.#try<T>(request, deadline, first);
    } finally {
      this.#end(deadline);
    }
  }

  /**
   * Passes on every line until the server ends the answer. Rejects when it breaks off, falls silent (`Timeout`) or is
   * aborted, and with whatever `onLine` throws.
   */
  async stream(request: KubeRequest, onLine: (line: string) => void, options: StreamOptions): Promise<void> {
    const deadline = this.#deadline(request);
    try {
      const response = await this.#open('watches', request, deadline);
      deadline.extend(options.inactivityMs);
      options.onOpen?.();
      await this.#lines(response, onLine, () => deadline.extend(options.inactivityMs));
    } catch (error) {
      if (error instanceof Refused) throw error.cause;
      throw deadline.error ?? asApiError(error);
    } finally {
      this.#end(deadline);
    }
  }

  /** Gives up whatever is under way and closes every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const deadline of this.#running) deadline.abort();
    await this.#agents.close();
  }

  async #try<T>(request: KubeRequest, deadline: Deadline, first: () => void): Promise<T> {
    let release = first;
    for (let tries = 1; ; tries++) {
      const result = await this.#once<T>(request, deadline, release);
      if ('value' in result) return result.value;
      const delay = retryDelay(request, result.error, tries, this.#options.jitter ?? Math.random);
      if (delay === undefined || delay >= deadline.remainingMs) throw result.error;
      await sleep(this.#clock, delay, deadline.signal);
      if (deadline.error !== undefined) throw deadline.error;
      release = await this.#slot(request, deadline.signal, deadline);
    }
  }

  /** One try. The place is free afterwards: those that wait for a sick server must not keep the others out. */
  async #once<T>(request: KubeRequest, deadline: Deadline, release: () => void): Promise<Result<T>> {
    try {
      return { value: await this.#exchange<T>(request, deadline) };
    } catch (error) {
      return { error: deadline.error ?? asApiError(error) };
    } finally {
      release();
    }
  }

  async #exchange<T>(request: KubeRequest, deadline: Deadline): Promise<T> {
    const response = await this.#open('requests', request, deadline);
    const text = await response.body.text();
    if (text === '') return undefined as T;
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      const message = `${request.method} ${request.path}: the answer is not JSON: ${text.slice(0, 200)}`;
      throw new ApiError({ status: response.statusCode, reason: 'InvalidResponse', message, cause });
    }
  }

  /** Resolves to a response in the 200s. A 401 is answered once, with credentials read anew. */
  async #open(pool: 'requests' | 'watches', request: KubeRequest, deadline: Deadline): Promise<Dispatcher.ResponseData> {
    for (let again = true; ; again = false) {
      const response = await this.#observed(pool, request, () => this.#dispatch(pool, request, deadline));
      if (response.statusCode >= 200 && response.statusCode < 300) return response;
      const text = await response.body.text();
      const rejected = response.statusCode === 401 && again && this.#connection.rejected !== undefined;
      if (!rejected) throw errorFromResponse(response.statusCode, text, headerOf(response, 'retry-after'));
      this.#connection.rejected?.();
    }
  }

  async #dispatch(pool: 'requests' | 'watches', request: KubeRequest, deadline: Deadline): Promise<Dispatcher.ResponseData> {
    const [auth, tls] = await deadline.race(Promise.all([this.#connection.headers(), this.#connection.tls()]));
    const headers: Record<string, string> = {
      ...auth,
      accept: request.accept ?? 'application/json',
      'user-agent': this.#options.userAgent,
    };
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    if (body !== null) headers['content-type'] = request.contentType ?? 'application/json';
    return this.#agents.get(pool, tls).request({
      origin: this.#origin,
      path: `${this.#prefix}${request.path}${queryString(request.query)}`,
      method: request.method,
      headers,
      body,
      signal: deadline.signal,
    });
  }

  async #observed(
    pool: 'requests' | 'watches',
    request: KubeRequest,
    send: () => Promise<Dispatcher.ResponseData>,
  ): Promise<Dispatcher.ResponseData> {
    const start = steady(this.#clock);
    let code = 0;
    try {
      const response = await send();
      code = response.statusCode;
      return response;
    } finally {
      const seconds = (steady(this.#clock) - start) / 1000;
      this.#options.observe?.({ method: request.method, code, seconds, path: request.path, watch: pool === 'watches' });
    }
  }

  async #lines(response: Dispatcher.ResponseData, onLine: (line: string) => void, alive: () => void): Promise<void> {
    const lines = new LineSplitter(onLine);
    for await (const chunk of response.body) {
      alive();
      try {
        lines.push(chunk as Buffer);
      } catch (cause) {
        throw new Refused('a line was refused', { cause });
      }
    }
  }

  async #slot(request: KubeRequest, signal: AbortSignal | undefined, deadline?: Deadline): Promise<() => void> {
    if (request.urgent === true) return () => undefined;
    const release = await this.#slots.acquire(signal);
    if (release !== undefined) return release;
    throw deadline?.error ?? abortedError();
  }

  #deadline(request: KubeRequest): Deadline {
    const deadline = new Deadline(this.#clock, request.timeoutMs ?? DEFAULT_TIMEOUT_MS, request.signal);
    this.#running.add(deadline);
    if (this.#closed) deadline.abort();
    return deadline;
  }

  #end(deadline: Deadline): void {
    deadline.dispose();
    this.#running.delete(deadline);
  }
}

/** Carries what `onLine` has thrown past the errors of the connection. */
class Refused extends Error {}

/** Whatever undici, Node or a credential plugin throws. */
function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { message, code } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error), code: undefined };
  const text = [code, message].filter((part) => part !== undefined && part !== '').join(': ');
  return new ApiError({ status: 0, reason: 'Network', message: `no answer from the API server: ${text}`, cause: error });
}

function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function queryString(query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
