import { ApiError, errorFromResponse } from '../errors.ts';
import type { KubeRequest, StreamOptions, Transport } from '../http.ts';
import type { FakeAnswer, FakeRequest } from './cluster.ts';
import { FakeCluster } from './cluster.ts';
import { handle } from './verbs.ts';
import type { FakeWatch } from './watch.ts';
import { refusal, startWatch } from './watch.ts';

/** A Transport without network, straight into a FakeCluster: every request is answered in the next microtask. */
export class MemoryTransport implements Transport {
  readonly cluster: FakeCluster;
  readonly watches = new Set<FakeWatch & { cut: (error: ApiError | undefined) => void }>();
  readonly requests: FakeRequest[] = [];
  watchList = true;
  /** Asked before each request; an ApiError is thrown, an answer given; undefined lets it pass. */
  fault: (request: FakeRequest) => ApiError | FakeAnswer | undefined = () => undefined;

  constructor(cluster = new FakeCluster()) {
    this.cluster = cluster;
  }

  async request<T>(request: KubeRequest): Promise<T> {
    await Promise.resolve();
    const fake = this.#admit(request);
    const { status, body } = this.#faulty(fake) ?? handle(this.cluster, fake);
    if (request.signal?.aborted === true) throw network('Aborted');
    if (status >= 300) throw errorFromResponse(status, JSON.stringify(body));
    return JSON.parse(JSON.stringify(body)) as T;
  }

  async stream(request: KubeRequest, onLine: (line: string) => void, options: StreamOptions): Promise<void> {
    await Promise.resolve();
    const fake = this.#admit(request);
    const refused = this.#faulty(fake) ?? refusal(this.cluster, fake, this.watchList);
    if (refused !== undefined) throw errorFromResponse(refused.status, JSON.stringify(refused.body));
    options.onOpen?.();
    await this.#watch(fake, onLine, request.signal);
  }

  #admit(request: KubeRequest): FakeRequest {
    if (request.signal?.aborted === true) throw network('Aborted');
    const query = Object.entries(request.query ?? {}).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]]));
    const { contentType = 'application/json', accept = 'application/json' } = request;
    const body: unknown = request.body === undefined ? undefined : JSON.parse(JSON.stringify(request.body));
    const { method, path } = request;
    const fake = { method, path, query: Object.fromEntries(query) as Record<string, string>, body, contentType, accept, headers: {} };
    this.requests.push(fake);
    return fake;
  }

  #faulty(request: FakeRequest): FakeAnswer | undefined {
    const fault = this.fault(request);
    if (fault instanceof ApiError) throw fault;
    return fault;
  }

  #watch(request: FakeRequest, onLine: (line: string) => void, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let ended = false;
      let stop = (): void => undefined;
      const end = (error?: unknown): void => {
        if (ended) return;
        ended = true;
        stop();
        for (const w of this.watches) if (w.request === request) this.watches.delete(w);
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error('not an Error was thrown', { cause: error }));
      };
      signal?.addEventListener('abort', () => end(network('Aborted')), { once: true });
      const write = (line: string, last = false): void => {
        if (ended) return;
        try {
          onLine(line);
          if (last) end();
        } catch (error) {
          end(error);
        }
      };
      const watch = startWatch(this.cluster, request, write);
      stop = watch.stop;
      if (ended) stop();
      else this.watches.add({ ...watch, cut: end, stop: () => end() });
    });
  }
}

export const network = (reason: string): ApiError => new ApiError({ status: 0, reason, message: reason });
