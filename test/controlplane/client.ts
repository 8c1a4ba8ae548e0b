import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import type { Manifest } from '../../src/base/object.ts';

/** How to reach an API server, and as whom. Everything PEM or plain. */
export interface Connection {
  url: string;
  ca: string;
  token?: string;
  cert?: string;
  key?: string;
}

/** The API server said no. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly status: number;
  /** `reason` of the Status object: `NotFound`, `Forbidden`, … */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: Manifest;
}

interface List {
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion: string };
  items: Manifest[];
}

export type PatchType = 'apply' | 'merge' | 'json' | 'strategic';

const PATCH: Readonly<Record<PatchType, string>> = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

const RETRY_MS = 200;
/** Refusals below 500 that a later attempt may not meet: expired version, too many requests. */
const PASSING: ReadonlySet<number> = new Set([410, 429]);

/** The smallest client that the tests' own machinery needs. Paths are the API's (`/api/v1/namespaces`). */
export class Client {
  readonly userAgent: string;
  readonly #connection: Connection;
  readonly #agent: Agent;

  constructor(connection: Connection, userAgent = 'lgtm-test') {
    this.userAgent = userAgent;
    this.#connection = connection;
    const { ca, cert, key } = connection;
    this.#agent = new Agent({ connect: { ca, cert, key }, bodyTimeout: 0 });
  }

  async get<T = Manifest>(path: string): Promise<T> {
    return (await this.#json('GET', path)) as T;
  }

  async post<T = Manifest>(path: string, body: object): Promise<T> {
    return (await this.#json('POST', path, body)) as T;
  }

  async put<T = Manifest>(path: string, body: object): Promise<T> {
    return (await this.#json('PUT', path, body)) as T;
  }

  async patch<T = Manifest>(path: string, type: PatchType, body: object): Promise<T> {
    return (await this.#json('PATCH', path, body, PATCH[type])) as T;
  }

  async delete(path: string): Promise<void> {
    await this.#json('DELETE', path);
  }

  /** Whether the API server says that it is ready. */
  async isReady(): Promise<boolean> {
    const { body } = await this.#send({ method: 'GET', path: '/readyz' });
    return (await body.text()) === 'ok';
  }

  /** Items of a collection, each with its own `apiVersion` and `kind`. */
  async list(path: string): Promise<Manifest[]> {
    return withTypes(await this.get<List>(path));
  }

  /**
   * What is in a collection, then what happens to it, until the signal aborts. Reconnects by itself; after a gap that the server
   * cannot bridge, what there is comes again as `ADDED`, and deletions within the gap are not told.
   */
  async *follow(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent, void> {
    const ended = (): boolean => signal.aborted;
    while (!ended()) {
      try {
        const list = await this.get<List>(path);
        for (const object of withTypes(list)) yield { type: 'ADDED', object };
        yield* this.#watch(path, list.metadata.resourceVersion, signal);
      } catch (error) {
        if (ended()) return;
        if (error instanceof ApiError && !PASSING.has(error.status) && error.status < 500) throw error;
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Waits until an object of a collection is as wanted; throws, with how it was last seen, when it takes longer. */
  async until(path: string, name: string, wanted: (object: Manifest) => boolean, timeoutMs = 60_000): Promise<Manifest> {
    const done = new AbortController();
    const field = encodeURIComponent(`metadata.name=${name}`);
    let last: Manifest | undefined;
    try {
      for await (const event of this.follow(`${path}?fieldSelector=${field}`, AbortSignal.any([done.signal, AbortSignal.timeout(timeoutMs)]))) {
        last = event.object;
        if (event.type !== 'DELETED' && wanted(last)) return last;
      }
    } finally {
      done.abort();
    }
    throw new Error(`${path}/${name} is not as wanted after ${String(timeoutMs / 1000)} s: ${JSON.stringify(last?.status ?? last)}`);
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async *#watch(path: string, version: string, signal: AbortSignal): AsyncGenerator<WatchEvent, void> {
    const query = `${path.includes('?') ? '&' : '?'}watch=1&allowWatchBookmarks=true&resourceVersion=`;
    for (let from = version; !signal.aborted; ) {
      const { body } = await this.#send({ method: 'GET', path: `${path}${query}${from}`, signal });
      for await (const line of linesOf(body)) {
        const event = JSON.parse(line) as { type: string; object: Manifest };
        if (event.type === 'ERROR') return;
        from = event.object.metadata.resourceVersion ?? from;
        if (event.type !== 'BOOKMARK') yield event as WatchEvent;
      }
    }
  }

  async #json(method: Dispatcher.HttpMethod, path: string, body?: object, type = 'application/json'): Promise<unknown> {
    const response = await this.#send({ method, path, body: body && JSON.stringify(body), headers: body && { 'content-type': type } });
    return response.body.json();
  }

  async #send(request: Partial<Dispatcher.RequestOptions> & { method: Dispatcher.HttpMethod; path: string }): Promise<Dispatcher.ResponseData> {
    const { url, token } = this.#connection;
    const headers = {
      accept: 'application/json',
      'user-agent': this.userAgent,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(request.headers as Record<string, string> | undefined),
    };
    const response = await this.#agent.request({ ...request, origin: url, headers });
    if (response.statusCode < 400) return response;
    const text = await response.body.text();
    throw toError(response.statusCode, text);
  }
}

function toError(status: number, text: string): ApiError {
  try {
    const body = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, body.reason ?? '', body.message ?? text);
  } catch {
    return new ApiError(status, '', text);
  }
}

function withTypes({ apiVersion, kind, items }: List): Manifest[] {
  return items.map((item) => ({ ...item, apiVersion, kind: kind.replace(/List$/, '') }));
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts.filter((line) => line !== '');
  }
}
