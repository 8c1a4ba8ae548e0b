import { setTimeout as delay } from 'node:timers/promises';

/** A product that behaves as its documentation says, for as much of it as the operator uses. */

export interface ContractRequest {
  method: string;
  /** Without its query. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined without a body. */
  body: unknown;
}

export interface ContractAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** JSON, or text as it stands. */
  body: unknown;
}

export interface Fault {
  /** Requests that it meets; absent: all. */
  when?: (request: ContractRequest) => boolean;
  /** How many of them; default 1. */
  times?: number;
  /** The work is done before the answer is lost: a timeout after commit. */
  afterwards?: boolean;
  /** `drop`: the connection breaks. */
  answer: ContractAnswer | 'drop';
  /** Answers so many ms later. */
  delayMs?: number;
}

/** The connection broke before an answer came. */
export class Dropped extends Error {
  override readonly name = 'Dropped';
}

/** Counts requests, and puts faults in their way. */
export abstract class Contract {
  /** `PUT /_ilm/policy/logs`, in order; without queries. */
  readonly requests: string[] = [];
  readonly #faults: (Fault & { left: number })[] = [];

  /** Takes effect once those before it are used up. */
  fail(fault: Fault): void {
    this.#faults.push({ ...fault, left: fault.times ?? 1 });
  }

  /** Whatever faults are left. */
  heal(): void {
    this.#faults.length = 0;
  }

  /** Those requests that change something, and forgets all. */
  takeWrites(): string[] {
    const writes = this.requests.filter((line) => !line.startsWith('GET '));
    this.requests.length = 0;
    return writes;
  }

  /** Rejects with Dropped. */
  async handle(request: ContractRequest): Promise<ContractAnswer> {
    this.requests.push(`${request.method} ${request.path}`);
    const fault = this.#faults.find(({ left, when }) => left > 0 && (when?.(request) ?? true));
    if (fault === undefined) return this.answer(request);
    fault.left--;
    if (fault.left === 0) this.#faults.splice(this.#faults.indexOf(fault), 1);
    if (fault.delayMs !== undefined) await delay(fault.delayMs);
    if (fault.afterwards === true) this.answer(request);
    if (fault.answer === 'drop') throw new Dropped('dropped');
    return fault.answer;
  }

  protected abstract answer(request: ContractRequest): ContractAnswer;
}

/** Who may ask. */
export interface Users {
  /** Name → password. */
  passwords: Record<string, string>;
  tokens: string[];
}

export function isKnown({ passwords, tokens }: Users, header: string | undefined): boolean {
  const [scheme, value = ''] = (header ?? '').split(' ');
  if (scheme === 'Bearer') return tokens.includes(value);
  const [user = '', password] = scheme === 'Basic' ? Buffer.from(value, 'base64').toString().split(':') : [];
  return password !== undefined && passwords[user] === password;
}

export type Tree = Record<string, unknown>;

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

export const treeOf = (value: unknown): Tree => (isTree(value) ? value : {});
