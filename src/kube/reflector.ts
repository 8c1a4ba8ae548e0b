import type { KubeObject, ResourceType } from '../base/object.ts';
import { nameKey, nameOf } from '../base/object.ts';
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { realClock, sleep, steady } from './clock.ts';
import { ApiError, isGone, isTimeout, isTooLargeResourceVersion } from './errors.ts';
import type { KubeRequest, Query, Transport } from './http.ts';
import type { Selection } from './list.ts';
import { ACCEPT_METADATA, listAll, withKind } from './list.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import { collectionPath } from './paths.ts';
import type { Store } from './store.ts';
import type { WatchEvent } from './watch-event.ts';
import { endsInitialEvents, parseEvent } from './watch-event.ts';

export interface ReflectorOptions<T extends KubeObject> extends Selection {
  http: Transport;
  type: ResourceType;
  /** Fed by this reflector alone. */
  store: Store<T>;
  metadataOnly?: boolean;
  clock?: Clock;
  log?: Log;
  /** Random number in [0, 1). */
  jitter?: () => number;
}

/** Bookmarks come every 60 s, and the server's history reaches back 75 s: silent for 70 s means dead, and early enough. */
const INACTIVITY_MS = 70_000;
/** A watch that ends sooner than this is answered with a pause, however it ended. */
const SHORT_WATCH_MS = 1_000;
/** So many listings in a row that are older than the cache mean that history went back, and not that a server lags. */
const OLD_LISTINGS = 4;

/** Keeps a store equal to what the API server has, for as long as it runs: it survives every failure. */
export class Reflector<T extends KubeObject = KubeObject> {
  /** Resolves with the first complete listing; pends when there never is one. */
  readonly synced: Promise<void>;
  readonly #options: ReflectorOptions<T>;
  readonly #http: Transport;
  readonly #store: Store<T>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #jitter: () => number;
  readonly #backoff: Backoff;
  #markSynced: () => void = () => undefined;
  #isSynced = false;
  #lastActivity = 0;
  #running = false;
  /** The next round starts with a listing. */
  #relist = true;
  /** WatchList, until the server has refused it once. */
  #streaming = true;
  /** For the next listing only: a WatchList came to nothing. */
  #pagesOnce = false;
  #oldListings = 0;
  #watchOpenedAt: number | undefined;
  /** What was logged last, so that a lasting failure is logged once. */
  #failure: string | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#http = options.http;
    this.#store = options.store;
    this.#clock = options.clock ?? realClock;
    this.#log = options.log ?? silentLog;
    this.#jitter = options.jitter ?? Math.random;
    this.#backoff = new Backoff({ clock: this.#clock, jitter: this.#jitter });
    this.synced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** When the server was last heard of: wall time in ms; 0 before. */
  get lastActivity(): number {
    return this.#lastActivity;
  }

  /** Lists and watches until `signal` is aborted. Never rejects for what the server does; may run again afterwards. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#running) throw new Error(`the reflector of ${this.#options.type.plural} runs already`);
    this.#running = true;
    try {
      while (!signal.aborted) await this.#round(signal);
    } finally {
      this.#running = false;
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    this.#watchOpenedAt = undefined;
    try {
      if (this.#relist && !this.#canStream()) await this.#list(signal);
      await this.#watch(signal);
      await this.#pauseAfterShortWatch(signal);
    } catch (error) {
      if (!signal.aborted) await this.#recover(error, signal);
    }
  }

  #canStream(): boolean {
    return this.#streaming && !this.#pagesOnce;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { type, namespace, labelSelector, fieldSelector, metadataOnly } = this.#options;
    const onPage = (): void => this.#alive();
    const options = { namespace, labelSelector, fieldSelector, metadataOnly, signal, onPage, retry: false };
    const listing = await listAll(this.#http, type, options, (o) => this.#store.transform(o));
    this.#listed(listing.items, listing.resourceVersion);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    // Collects the initial events of a WatchList; undefined from their end on.
    let initial = this.#relist ? new Map<string, T>() : undefined;
    const onLine = (line: string): void => {
      this.#alive();
      const event = parseEvent(line);
      if (initial === undefined) this.#follow(event);
      else if (this.#collect(event, initial)) initial = undefined;
    };
    const options = { inactivityMs: INACTIVITY_MS, onOpen: () => this.#opened() };
    try {
      await this.#http.stream(this.#watchRequest(initial !== undefined, signal), onLine, options);
      if (initial !== undefined) throw new ApiError({ status: 0, reason: 'Network', message: 'a WatchList ended half way' });
    } catch (error) {
      if (initial !== undefined && !signal.aborted) this.#streamingFailed(error);
      throw error;
    }
  }

  #watchRequest(initial: boolean, signal: AbortSignal): KubeRequest {
    const { type, namespace, labelSelector, fieldSelector, metadataOnly } = this.#options;
    const from: Query = initial
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: this.#store.resourceVersion };
    // Between 5 and 10 min, so that the watches of many clients do not end together.
    const timeoutSeconds = 300 + Math.floor(300 * this.#jitter());
    return {
      method: 'GET',
      path: collectionPath(type, namespace),
      query: { watch: true, allowWatchBookmarks: true, timeoutSeconds, labelSelector, fieldSelector, ...from },
      accept: metadataOnly === true ? ACCEPT_METADATA : 'application/json',
      signal,
    };
  }

  #follow(event: WatchEvent): void {
    const object = withKind(this.#options.type, event.object);
    if (event.type === 'BOOKMARK') this.#store.bookmark(object.metadata.resourceVersion ?? '');
    else if (event.type === 'DELETED') this.#store.remove(object);
    else this.#store.upsert(object);
  }

  /** Takes in an initial event; true when it was the last. */
  #collect(event: WatchEvent, initial: Map<string, T>): boolean {
    const key = nameKey(nameOf(event.object));
    if (event.type === 'BOOKMARK') {
      if (!endsInitialEvents(event)) throw new NoWatchList('the server ignores sendInitialEvents');
      this.#listed(initial.values(), event.object.metadata.resourceVersion ?? '');
      return true;
    }
    if (event.type === 'DELETED') initial.delete(key);
    else initial.set(key, this.#store.transform(withKind(this.#options.type, event.object)));
    return false;
  }

  #listed(items: Iterable<T>, version: string): void {
    const force = this.#oldListings >= OLD_LISTINGS - 1;
    if (!this.#store.replaceTransformed(items, version, { force })) {
      this.#oldListings++;
      const message = `a listing as of ${version} is older than what was seen before (${this.#store.resourceVersion})`;
      throw new ApiError({ status: 0, reason: 'OldListing', message });
    }
    if (this.#oldListings > 0 && force) this.#log.warn(this.#fields(), 'the history of the API server went back; following it');
    this.#oldListings = 0;
    this.#relist = false;
    this.#pagesOnce = false;
    this.#isSynced = true;
    this.#markSynced();
  }

  #opened(): void {
    this.#alive();
    this.#watchOpenedAt = steady(this.#clock);
    if (this.#failure !== undefined) this.#log.info(this.#fields(), 'watching again');
    this.#failure = undefined;
  }

  #alive(): void {
    this.#lastActivity = this.#clock.now();
  }

  /** A server without WatchList says so (400, 422), or ignores the question. One that breaks off is asked for pages once. */
  #streamingFailed(error: unknown): void {
    if (error instanceof ApiError && (error.status === 400 || error.status === 422)) {
      this.#streaming = false;
      throw new NoWatchList(error.message);
    }
    if (error instanceof NoWatchList) this.#streaming = false;
    else this.#pagesOnce = this.#watchOpenedAt !== undefined;
  }

  #livedShortly(): boolean {
    return this.#watchOpenedAt === undefined || steady(this.#clock) - this.#watchOpenedAt < SHORT_WATCH_MS;
  }

  async #pauseAfterShortWatch(signal: AbortSignal): Promise<void> {
    if (this.#livedShortly()) await sleep(this.#clock, this.#backoff.next(), signal);
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof NoWatchList) {
      this.#log.info(this.#fields(), 'no WatchList here, listing by pages');
      return;
    }
    if (this.#needsListing(error)) this.#relist = true;
    // Silence is how a half-dead connection ends; the next one is likely good.
    if (isTimeout(error) && !this.#livedShortly()) return;
    this.#report(error);
    const retryAfterMs = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    await sleep(this.#clock, Math.max(this.#backoff.next(), retryAfterMs), signal);
  }

  /** 404: the kind itself is gone (its CRD was deleted), and its objects with it. */
  #needsListing(error: unknown): boolean {
    return isGone(error) || isTooLargeResourceVersion(error) || (error instanceof ApiError && error.status === 404);
  }

  #report(error: unknown): void {
    const failure = error instanceof ApiError ? `${error.status} ${error.reason}` : String(error);
    const fields = { ...this.#fields(), err: error };
    if (failure === this.#failure || isGone(error)) this.#log.debug(fields, 'watch failed, trying again');
    else this.#log.warn(fields, 'watch failed, trying again');
    this.#failure = failure;
  }

  #fields(): object {
    const { type, namespace, labelSelector } = this.#options;
    return { apiVersion: type.apiVersion, resource: type.plural, namespace, labelSelector };
  }
}

class NoWatchList extends Error {}
