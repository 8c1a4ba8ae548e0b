import type { ObjectRef } from '../base/object.ts';
import { refKey } from '../base/object.ts';
import type { Refusal } from './controller.ts';
import type { Difference } from './subset.ts';

/** One state of one child: what we want of which object. */
export interface Attempt {
  ref: ObjectRef;
  /** Hash of what was rendered. */
  hash: string;
  /** UID of the living object, empty when there is none. */
  uid: string;
}

interface Refused {
  refusal: Refusal;
  attempt: Attempt;
  until: number;
}

interface Rewritten {
  attempt: Attempt;
  /** Path → what it was rewritten to, as JSON. */
  fields: ReadonlyMap<string, string>;
}

interface Memo {
  refused?: Refused;
  rewritten?: Rewritten;
  repairs?: { count: number; since: number };
}

/** What was refused is tried again after this long: the reason (a quota, a right, a name) may lie elsewhere. */
export const REFUSED_MS = 60_000;
const FIGHT_MS = 60_000;
/** So many repairs of one child within a minute are a fight that nobody wins. */
const FIGHT_ROUNDS = 6;

const same = (a: Attempt, b: Attempt): boolean => a.hash === b.hash && a.uid === b.uid;

const text = (value: unknown): string => JSON.stringify(value) ?? '';

/** What was learnt from earlier writes, by key and child, so that nothing hopeless is tried over and over. */
export class Memory {
  readonly #keys = new Map<string, Map<string, Memo>>();

  /** Number of keys that something is remembered of. */
  get size(): number {
    return this.#keys.size;
  }

  /** How the same attempt was refused lately, and for how many ms that still counts. */
  refusal(key: string, attempt: Attempt, now: number): { refusal: Refusal; ms: number } | undefined {
    const refused = this.#keys.get(key)?.get(refKey(attempt.ref))?.refused;
    if (refused === undefined || !same(refused.attempt, attempt) || refused.until <= now) return undefined;
    return { refusal: refused.refusal, ms: refused.until - now };
  }

  /** Returns in how many ms to try again. */
  refuse(key: string, attempt: Attempt, refusal: Refusal, now: number): number {
    this.#memo(key, attempt.ref).refused = { refusal, attempt, until: now + REFUSED_MS };
    return REFUSED_MS;
  }

  /** The API server's answer to the attempt differs from it: somebody rewrites these fields on their way in. */
  rewrite(key: string, attempt: Attempt, differences: readonly Difference[]): void {
    const fields = new Map(differences.map((d) => [d.path, text(d.live)]));
    this.#memo(key, attempt.ref).rewritten = { attempt, fields };
  }

  /** Whether these differences are just what the same attempt was rewritten to before. */
  expects(key: string, attempt: Attempt, differences: readonly Difference[]): boolean {
    const rewritten = this.#keys.get(key)?.get(refKey(attempt.ref))?.rewritten;
    if (rewritten === undefined || !same(rewritten.attempt, attempt)) return false;
    return differences.every((d) => rewritten.fields.get(d.path) === text(d.live));
  }

  /** Counts a repair of drift; returns the ms to leave it alone for when there were too many, else 0. */
  repair(key: string, ref: ObjectRef, now: number): number {
    const memo = this.#memo(key, ref);
    const known = memo.repairs;
    const repairs = known === undefined || now - known.since >= FIGHT_MS ? { count: 0, since: now } : known;
    memo.repairs = repairs;
    repairs.count++;
    return repairs.count > FIGHT_ROUNDS ? repairs.since + FIGHT_MS - now : 0;
  }

  /** The attempt went through, as it was meant. */
  succeed(key: string, ref: ObjectRef): void {
    const memo = this.#keys.get(key)?.get(refKey(ref));
    if (memo === undefined) return;
    delete memo.refused;
    delete memo.rewritten;
    if (memo.repairs === undefined) this.#drop(key, refKey(ref));
  }

  /** Drops what is known of children that are no longer wanted. */
  keepOnly(key: string, refs: ReadonlySet<string>): void {
    for (const ref of [...(this.#keys.get(key)?.keys() ?? [])]) if (!refs.has(ref)) this.#drop(key, ref);
  }

  /** The user has edited the resource: what was refused is tried again at once. */
  forgive(key: string): void {
    for (const memo of this.#keys.get(key)?.values() ?? []) delete memo.refused;
  }

  forget(key: string): void {
    this.#keys.delete(key);
  }

  #memo(key: string, ref: ObjectRef): Memo {
    const memos = this.#keys.get(key) ?? new Map<string, Memo>();
    this.#keys.set(key, memos);
    const memo = memos.get(refKey(ref)) ?? {};
    memos.set(refKey(ref), memo);
    return memo;
  }

  #drop(key: string, ref: string): void {
    const memos = this.#keys.get(key);
    memos?.delete(ref);
    if (memos?.size === 0) this.#keys.delete(key);
  }
}
