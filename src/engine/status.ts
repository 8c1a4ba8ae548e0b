import { hashValue } from '../base/hash.ts';
import type { KubeObject, ResourceType } from '../base/object.ts';
import { type Clock, steady } from '../kube/clock.ts';
import { isConflict, isNotFound } from '../kube/errors.ts';
import type { Objects } from '../kube/objects.ts';
import type { Pass } from './apply.ts';
import { sameStatus } from './equal.ts';
import type { Expectations } from './expectations.ts';

/** Field manager of every status. */
export const STATUS_MANAGER = 'lgtm-operator-status';

const INTERVAL_MS = 1_000;

export interface StatusWriterOptions {
  objects: Pick<Objects, 'applyStatus'>;
  expectations: Expectations;
  clock: Clock;
}

export type StatusWrite =
  | { result: 'written' | 'unchanged' }
  /** Written less than a second ago: run the key again after so many ms, and write what is true then. */
  | { result: 'later'; ms: number }
  /** The object has gone, or was recreated under its name. */
  | { result: 'gone' };

interface Last {
  at: number;
  /** Hashes of a status as sent, and as it came out, when others add to it: sending it again would change nothing. */
  altered: { sent: string; came: string } | undefined;
}

const statusOf = (object: KubeObject): unknown => (object as { status?: unknown }).status ?? {};

/** Writes `.status`, only when it says something else, and at most once a second a key. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #last = new Map<string, Last>();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  async write(pass: Pass, type: ResourceType, status: Record<string, unknown>): Promise<StatusWrite> {
    const { key, owner, signal } = pass;
    const last = this.#last.get(key);
    if (sameStatus(statusOf(owner), status) || wasAltered(last, statusOf(owner), status)) return { result: 'unchanged' };
    const now = steady(this.#options.clock);
    const rest = last === undefined ? 0 : last.at + INTERVAL_MS - now;
    if (rest > 0) return { result: 'later', ms: rest };
    signal.throwIfAborted();
    try {
      const written = await this.#options.objects.applyStatus(type, body(owner, status), { manager: STATUS_MANAGER, force: true, signal });
      const came = statusOf(written);
      const altered = sameStatus(came, status) ? undefined : { sent: hashValue(status), came: hashValue(came) };
      this.#last.set(key, { at: now, altered });
      this.#options.expectations.record(key, written);
      return { result: 'written' };
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return { result: 'gone' };
      throw error;
    }
  }

  forget(key: string): void {
    this.#last.delete(key);
  }
}

const wasAltered = (last: Last | undefined, live: unknown, wanted: unknown): boolean =>
  last?.altered !== undefined && last.altered.sent === hashValue(wanted) && last.altered.came === hashValue(live);

/** The UID makes the API server refuse when a namesake has taken the object's place. */
function body(owner: KubeObject, status: Record<string, unknown>): KubeObject {
  const { name, namespace, uid } = owner.metadata;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) };
  return { apiVersion: owner.apiVersion, kind: owner.kind, metadata, status } as KubeObject;
}
