import { randomBytes } from 'node:crypto';
import type { KubeObject, Manifest } from '../base/object.ts';
import { K8S } from '../base/resources.ts';
import type { Clock } from './clock.ts';
import { microTime, realClock } from './clock.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import type { Objects } from './objects.ts';
import { TokenBuckets } from './token-buckets.ts';

/** What happened; the engine's `Note` fits. */
export interface EventNote {
  type: 'Normal' | 'Warning';
  /** CamelCase, up to 128 characters. */
  reason: string;
  message: string;
}

export interface EventOptions {
  objects: Pick<Objects, 'create'>;
  /** Reporting controller, `lgtm-operator.io/lgtm-operator`. */
  controller: string;
  /** Reporting instance: the pod. */
  instance: string;
  clock?: Clock;
  log?: Log;
  /** Events that wait to be sent; further ones are dropped. */
  maxQueued?: number;
}

const MAX_NAME = 253;
const MAX_NOTE_BYTES = 1024;
const MAX_FIELD = 128;
const SEND_TIMEOUT_MS = 10_000;

/**
 * Writes Events, in order, one at a time, in the background. They are a courtesy: what is too much, or refused, is
 * dropped and logged; nothing here throws or blocks.
 */
export class EventRecorder {
  readonly #options: EventOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #buckets: TokenBuckets;
  readonly #queue: Manifest[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: EventOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#log = options.log ?? silentLog;
    // As client-go: 25 at once, then one in 5 min, per object.
    this.#buckets = new TokenBuckets({ clock: this.#clock, burst: 25, refillMs: 300_000 });
  }

  /** Records that `note` happened to `regarding`; `action` is what was being done, by default the reason. */
  emit(regarding: KubeObject, note: EventNote, action?: string): void {
    const { uid, name, namespace = '' } = regarding.metadata;
    const fields = { kind: regarding.kind, namespace, name, reason: note.reason };
    if (!this.#buckets.take(uid ?? `${regarding.kind}/${namespace}/${name}`)) {
      this.#log.debug(fields, 'event dropped: too many for this object');
      return;
    }
    if (this.#queue.length >= (this.#options.maxQueued ?? 200)) {
      this.#log.warn(fields, 'event dropped: too many are waiting');
      return;
    }
    this.#queue.push(this.#manifest(regarding, note, action));
    this.#start();
  }

  /** Resolves when everything emitted so far has been sent or dropped. */
  async flush(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
  }

  #start(): void {
    this.#sending ??= this.#send().then(() => {
      this.#sending = undefined;
      // Something may have been emitted since the last look at the queue.
      if (this.#queue.length > 0) this.#start();
    });
  }

  async #send(): Promise<void> {
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      try {
        await this.#options.objects.create(K8S.Event, event, { timeoutMs: SEND_TIMEOUT_MS });
      } catch (error) {
        const { namespace, name } = event.metadata;
        this.#log.warn({ err: error, namespace, name, reason: event['reason'] }, 'event dropped: the API server refused it');
      }
    }
  }

  #manifest(regarding: KubeObject, note: EventNote, action = note.reason): Manifest {
    const { name, namespace, uid, resourceVersion } = regarding.metadata;
    const reason = note.reason.slice(0, MAX_FIELD);
    return {
      apiVersion: K8S.Event.apiVersion,
      kind: K8S.Event.kind,
      // Events of cluster-scoped objects have to live somewhere: in `default`, by convention.
      metadata: { name: eventName(name), namespace: namespace ?? 'default' },
      eventTime: microTime(this.#clock.now()),
      type: note.type,
      reason,
      action: action.slice(0, MAX_FIELD),
      note: truncateBytes(note.message, MAX_NOTE_BYTES),
      regarding: { apiVersion: regarding.apiVersion, kind: regarding.kind, name, namespace, uid, resourceVersion },
      reportingController: this.#options.controller,
      reportingInstance: this.#options.instance.slice(0, MAX_FIELD),
    };
  }
}

/** `<name>.<16 random hex digits>`, a valid name whatever the object's own was (a role may be called `a:b`). */
function eventName(name: string): string {
  const suffix = `.${randomBytes(8).toString('hex')}`;
  const labels = name.toLowerCase().split('.').map((label) => label.replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, ''));
  const base = labels.filter((label) => label !== '').join('.').slice(0, MAX_NAME - suffix.length);
  return `${base.replace(/[.-]+$/, '') || 'event'}${suffix}`;
}

/** Cuts to so many bytes of UTF-8, between characters, with an ellipsis. */
export function truncateBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= max) return text;
  const ellipsis = '…';
  let end = max - Buffer.byteLength(ellipsis);
  // Back to the first byte of a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString() + ellipsis;
}
