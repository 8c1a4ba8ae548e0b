import { errorFromAnswer, ProductError, retryAfterMs } from './errors.ts';
import type { Exchange, Request } from './http.ts';

export interface Ask {
  method?: Request['method'];
  path: string;
  /** Sent as JSON. */
  body?: unknown;
}

export interface ClientOptions {
  exchange: Exchange;
  /** On every request. */
  headers: Readonly<Record<string, string>>;
  /** Wall time in ms. */
  now: () => number;
  signal: AbortSignal;
}

/** JSON to and from a product, for as long as one visit takes. */
export class Client {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** The body of an answer 2xx; rejects with ProductError. */
  async ask<T>({ method = 'GET', path, body }: Ask): Promise<T> {
    const { exchange, headers, now, signal } = this.#options;
    const all = { accept: 'application/json', ...headers };
    const request: Request =
      body === undefined
        ? { method, path, headers: all }
        : { method, path, headers: { ...all, 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await exchange.send(request, signal);
    if (answer.status >= 200 && answer.status < 300) return parsed(answer.body) as T;
    throw errorFromAnswer(answer.status, quietly(answer.body), retryAfterMs(answer.retryAfter, now()));
  }

  /** The same, with undefined for 404. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.ask<T>({ path });
    } catch (error) {
      if (error instanceof ProductError && error.trouble === 'missing') return undefined;
      throw error;
    }
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    throw new ProductError({ trouble: 'broken', message: 'its answer is no JSON', cause });
  }
}

function quietly(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** A part of a path. */
export const segment = (name: string): string => encodeURIComponent(name);
