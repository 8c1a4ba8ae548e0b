import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Connection } from '../connection.ts';
import type { FakeAnswer, FakeRequest } from './cluster.ts';
import { FakeCluster } from './cluster.ts';
import { handle } from './verbs.ts';
import type { FakeWatch } from './watch.ts';
import { refusal, startWatch } from './watch.ts';

/** How to mistreat a request: answer something else, cut the connection before or after doing it, or say nothing. */
export type Fault = FakeAnswer | 'cut' | 'cut after commit' | 'silence' | 'half an answer';

/** An API server of sorts, on a real port, that misbehaves on request. */
export class FakeServer {
  readonly cluster = new FakeCluster();
  readonly requests: FakeRequest[] = [];
  readonly watches = new Set<FakeWatch>();
  /** Connections ever accepted. */
  connections = 0;
  watchList = true;
  /** Asked before each request; undefined lets it pass. */
  fault: (request: FakeRequest) => Fault | undefined = () => undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FakeServer> {
    const server = new FakeServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connection(): Connection {
    return { server: this.url, headers: () => Promise.resolve({}), tls: () => Promise.resolve(NO_TLS) };
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Requests of one verb; `WATCH` counts as one. */
  count(verb: string): number {
    return this.requests.filter((request) => verbOf(request) === verb).length;
  }

  /** Cuts every connection, watches and all. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault === 'silence') return;
    if (fault === 'cut') return void incoming.socket.destroy();
    if (typeof fault === 'object') return answer(response, fault);
    if (verbOf(request) === 'WATCH') return this.#watch(request, response, fault);
    const result = handle(this.cluster, request);
    if (fault === 'cut after commit') return void incoming.socket.destroy();
    if (fault === 'half an answer') return halfAnAnswer(response, result);
    answer(response, result);
  }

  #watch(request: FakeRequest, response: ServerResponse, fault: Fault | undefined): void {
    const refused = refusal(this.cluster, request, this.watchList);
    if (refused !== undefined) return answer(response, refused);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch = startWatch(this.cluster, request, (line, last) => {
      // Half a line, then nothing more.
      if (fault === 'half an answer') response.write(line.slice(0, line.length / 2), () => response.socket?.destroy());
      else if (last === true) response.end(line);
      else response.write(line);
    });
    const tracked: FakeWatch = { ...watch, stop: () => response.end() };
    this.watches.add(tracked);
    response.on('close', () => {
      watch.stop();
      this.watches.delete(tracked);
    });
  }
}

const NO_TLS = {};

export function verbOf(request: FakeRequest): string {
  if (request.method !== 'GET') return request.method;
  if (request.query['watch'] === 'true') return 'WATCH';
  return request.query['limit'] === undefined ? 'GET' : 'LIST';
}

function answer(response: ServerResponse, { status, body, headers }: FakeAnswer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

function halfAnAnswer(response: ServerResponse, { status, body }: FakeAnswer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
}

async function read(incoming: IncomingMessage): Promise<FakeRequest> {
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
    contentType: incoming.headers['content-type'] ?? '',
    accept: incoming.headers.accept ?? '',
    headers: incoming.headers,
  };
}
