import type { Clock } from './clock.ts';
import { steady } from './clock.ts';
import type { Log } from './log.ts';

/** What a TLS connection to the API server needs; all of it may be absent (plain HTTP, a public CA). */
export interface TlsOptions {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  rejectUnauthorized?: boolean;
  servername?: string;
}

export interface Credentials {
  headers: Record<string, string>;
  tls: TlsOptions;
}

export interface CredentialSource {
  server: string;
  namespace?: string | undefined;
  /** HTTP(S) proxy to go through. */
  proxy?: string | undefined;
  /** Reads token, CA and certificates anew. `rejected`: the server refused what was read last. */
  load(rejected: boolean): Promise<Credentials>;
}

const MAX_AGE_MS = 60_000;
/** A rejection within this time of a load is a rejection of what was just loaded: loading again would not help. */
const JUST_LOADED_MS = 1_000;

/** Credentials read at most every 60 s, and at once after the server has refused them. */
export class CredentialCache {
  readonly #source: CredentialSource;
  readonly #clock: Clock;
  readonly #log: Log;
  #current: Credentials | undefined;
  #loadedAt = -Infinity;
  #rejected = false;
  #loading: Promise<Credentials> | undefined;

  constructor(source: CredentialSource, clock: Clock, log: Log) {
    this.#source = source;
    this.#clock = clock;
    this.#log = log;
  }

  get(): Promise<Credentials> {
    const fresh = steady(this.#clock) - this.#loadedAt < MAX_AGE_MS;
    if (this.#current !== undefined && fresh && !this.#rejected) return Promise.resolve(this.#current);
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Says that the server answered 401. */
  reject(): void {
    if (steady(this.#clock) - this.#loadedAt >= JUST_LOADED_MS) this.#rejected = true;
  }

  /** A failing reload (a file in the middle of its rotation) keeps what there is, until the next time. */
  async #load(): Promise<Credentials> {
    const rejected = this.#rejected;
    const before = this.#current;
    try {
      const loaded = await this.#source.load(rejected);
      const tls = before !== undefined && sameTls(before.tls, loaded.tls) ? before.tls : loaded.tls;
      this.#current = { headers: loaded.headers, tls };
    } catch (error) {
      if (before === undefined) throw error;
      this.#log.warn({ err: error }, 'credentials for the API server could not be read again, the old ones stay in use');
    }
    this.#loadedAt = steady(this.#clock);
    this.#rejected = false;
    return this.#current ?? { headers: {}, tls: {} };
  }
}

const text = (value: string | Buffer | boolean | undefined): string => (value === undefined ? '' : value.toString());

/** The same options keep their identity, by which the HTTP client sees that its connections are still good. */
function sameTls(a: TlsOptions, b: TlsOptions): boolean {
  const keys = ['ca', 'cert', 'key', 'rejectUnauthorized', 'servername'] as const;
  return keys.every((key) => text(a[key]) === text(b[key]));
}
