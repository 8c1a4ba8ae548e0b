import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.ts';

/** One request that the API server has answered or, for a watch, begun to answer. */
export interface AuditRecord {
  user: string;
  userAgent: string;
  verb: string;
  /** Empty for paths that are no resources. */
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  uri: string;
  /** HTTP status; 0 while it is not known. */
  code: number;
  /** When it arrived; RFC 3339 with microseconds. */
  time: string;
}

type Field = Exclude<keyof AuditRecord, 'code'>;

/** What a record must look like: each field one of these, or matching. */
export type AuditMatch = Partial<Record<Field, string | readonly string[] | RegExp>>;

export interface AuditFilter extends AuditMatch {
  /** Only what came after this mark. */
  since?: number;
  /** What to leave out. */
  except?: readonly AuditMatch[];
}

/** The API server's own requests, and this reader's, never count. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'None', users: ['system:apiserver'] }, { level: 'Metadata' }],
};

const MARK = 'lgtm-audit-mark';
const POLL_MS = 10;
const TIMEOUT_MS = 30_000;

interface Event {
  auditID: string;
  requestURI: string;
  verb: string;
  user?: { username?: string };
  userAgent?: string;
  objectRef?: { apiGroup?: string; resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
}

/** Reads what an API server wrote about the requests that it served. */
export class AuditLog {
  readonly #path: string | undefined;
  readonly #client: Client;
  /** By audit id: the last stage of a request replaces the one before, and it keeps its place. */
  readonly #records = new Map<string, AuditRecord>();
  #offset = 0;
  #rest = '';
  #reading: Promise<void> = Promise.resolve();

  /** Without a path every question is an error. */
  constructor(path: string | undefined, client: Client) {
    this.#path = path;
    this.#client = client;
  }

  /** A point in time: requests that were answered before this call are before it, those sent after it has returned are after it. */
  async mark(): Promise<number> {
    const path = this.#path;
    if (path === undefined) throw new Error('this control plane was started without an audit log');
    const name = `${MARK}=${randomUUID()}`;
    await this.#client.get(`/version?${name}`);
    const isMark = (record: AuditRecord): boolean => record.uri.endsWith(name);
    const end = performance.now() + TIMEOUT_MS;
    while (performance.now() < end) {
      await this.#read(path);
      const index = [...this.#records.values()].findLastIndex(isMark);
      if (index >= 0) return index + 1;
      await delay(POLL_MS);
    }
    throw new Error(`${path} has not shown a request after ${String(TIMEOUT_MS / 1000)} s`);
  }

  /** The requests that match, in the order of their answers. Complete as of this call. */
  async requests(filter: AuditFilter = {}): Promise<AuditRecord[]> {
    await this.mark();
    const { since = 0, except = [], ...match } = filter;
    return [...this.#records.values()]
      .slice(since)
      .filter((record) => !record.uri.includes(MARK) && matches(record, match) && !except.some((other) => matches(record, other)));
  }

  /** Reads what is new; calls at the same time wait for each other. */
  #read(path: string): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readOn(path));
    return this.#reading;
  }

  async #readOn(path: string): Promise<void> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.max(0, size - this.#offset));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset);
      this.#offset += bytesRead;
      // Split at the byte: a chunk may end within a character.
      const lines = (this.#rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#add(JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as Event);
    } finally {
      await file.close();
    }
  }

  #add(event: Event): void {
    this.#records.set(event.auditID, toRecord(event));
  }
}

const text = (value: string | undefined): string => value ?? '';

function toRecord(event: Event): AuditRecord {
  const object = event.objectRef ?? {};
  return {
    user: text(event.user?.username),
    userAgent: text(event.userAgent),
    verb: event.verb,
    group: text(object.apiGroup),
    resource: text(object.resource),
    subresource: text(object.subresource),
    namespace: text(object.namespace),
    name: text(object.name),
    uri: event.requestURI,
    code: event.responseStatus?.code ?? 0,
    time: event.requestReceivedTimestamp,
  };
}

function matches(record: AuditRecord, match: AuditMatch): boolean {
  return Object.entries(match).every(([field, wanted]) => {
    const value = record[field as Field];
    if (typeof wanted === 'string') return value === wanted;
    return wanted instanceof RegExp ? wanted.test(value) : wanted.includes(value);
  });
}

/** How many records there are of each kind; by default `verb resource/subresource`, as `{ 'create pods': 2 }`. */
export function countBy(records: readonly AuditRecord[], key: (record: AuditRecord) => string = describe): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const record of records) counts[key(record)] = (counts[key(record)] ?? 0) + 1;
  return counts;
}

const describe = ({ verb, resource, subresource, uri }: AuditRecord): string =>
  `${verb} ${resource === '' ? uri : resource}${subresource === '' ? '' : `/${subresource}`}`;
