import { hashValue } from '../base/hash.ts';
import { MANAGER } from '../base/names.ts';
import type { KubeObject, ObjectRef } from '../base/object.ts';
import { nameKey, refKey, refOf } from '../base/object.ts';
import { K8S } from '../base/resources.ts';
import type { SecretFacts } from '../base/view.ts';
import { type Broken, type Completion, completion, type Living } from '../keys/completion.ts';
import { type Clock, steady } from '../kube/clock.ts';
import { isAlreadyExists, isConflict } from '../kube/errors.ts';
import type { Objects } from '../kube/objects.ts';
import { type Findings, type Pass, report } from './apply.ts';
import type { Caches } from './caches.ts';
import type { GeneratedSecret, Refusal } from './controller.ts';
import type { Expectations } from './expectations.ts';
import type { Attempt, Memory } from './memory.ts';
import { whyNotOurs } from './ownership.ts';
import { refusalOf } from './refusals.ts';
import { factsOf } from './secrets.ts';

/** Timers are not trusted over months, nor is the wall clock to stand still: what falls due is looked at once a day at least. */
const LOOK_MS = 86_400_000;
/** Writes that somebody else came before; then the whole pass begins again. */
const MAX_TRIES = 3;

export interface GeneratorOptions {
  objects: Pick<Objects, 'create' | 'get' | 'mergePatch'>;
  caches: Caches;
  memory: Memory;
  expectations: Expectations;
  clock: Clock;
}

interface Task {
  pass: Pass;
  secret: GeneratedSecret;
  ref: ObjectRef;
  /** Of `secret`. */
  hash: string;
}

/** A Secret that lacks nothing. */
interface Whole {
  /** When to look again, in ms since the epoch. */
  due: number;
  /** As the API server has it, where that is newer than the cache. */
  fresh?: KubeObject;
}

type Outcome = Whole | { refusal: Refusal };

/** Makes Secrets whose values nobody chooses. What exists is checked and completed, never overwritten, and survives its owner. */
export class Generator {
  readonly #options: GeneratorOptions;
  /** Secrets that lacked nothing of a plan (its hash). */
  readonly #whole = new WeakMap<KubeObject, { hash: string; due: number }>();

  constructor(options: GeneratorOptions) {
    this.#options = options;
  }

  /** Returns facts about Secrets that the caches do not show yet, by `namespace/name`. */
  async ensure(pass: Pass, secrets: readonly GeneratedSecret[], findings: Findings): Promise<Map<string, SecretFacts>> {
    const { clock } = this.#options;
    const fresh = new Map<string, SecretFacts>();
    for (const secret of secrets) {
      const task = { pass, secret, ref: refOf(secret.manifest), hash: hashValue(secret) };
      const whole = await this.#one(task, findings);
      if (whole === undefined) continue;
      if (whole.fresh !== undefined) fresh.set(nameKey(task.ref), factsOf(whole.fresh));
      if (whole.due < Infinity) findings.againMs = Math.min(findings.againMs, LOOK_MS, Math.max(0, whole.due - clock.now()));
    }
    return fresh;
  }

  /** Undefined when it was refused, now or lately. */
  async #one(task: Task, findings: Findings): Promise<Whole | undefined> {
    const cached = this.#options.caches.child(task.ref);
    if (cached === undefined) return this.#remembered(task, '', findings, () => this.#create(task));
    const known = this.#whole.get(cached);
    if (known?.hash === task.hash && this.#options.clock.now() < known.due) return known;
    const examined = await this.#examine(task, cached);
    if ('reason' in examined) {
      // An edit of it wakes us.
      findings.refusals.push(examined);
      return undefined;
    }
    if (!isEmpty(examined)) return this.#remembered(task, cached.metadata.uid ?? '', findings, () => this.#complete(task, cached, examined));
    this.#whole.set(cached, { hash: task.hash, due: examined.due });
    return { due: examined.due };
  }

  /** What the API server refused is not tried again at once. */
  async #remembered(task: Task, uid: string, findings: Findings, write: () => Promise<Outcome>): Promise<Whole | undefined> {
    const { memory, clock } = this.#options;
    const { ref, hash, pass } = task;
    const attempt: Attempt = { ref, hash, uid };
    const known = memory.refusal(pass.key, attempt, steady(clock));
    const outcome = known ?? (await refused(write, ref));
    if (!('refusal' in outcome)) return outcome;
    report(findings, outcome.refusal, known?.ms ?? memory.refuse(pass.key, attempt, outcome.refusal, steady(clock)));
    return undefined;
  }

  /** The cache may lag, or not show what lost its label: the name decides, and what stands under it is read. */
  async #create(task: Task): Promise<Outcome> {
    const { objects, expectations, clock } = this.#options;
    const { pass, secret, ref } = task;
    const made = await completion(secret, undefined, clock.now());
    if ('broken' in made) return { refusal: brokenRefusal(ref, made) };
    const { manifest } = secret;
    const metadata = { ...manifest.metadata, annotations: { ...manifest.metadata.annotations, ...present(made.annotations) } };
    pass.signal.throwIfAborted();
    try {
      const fresh = await objects.create(K8S.Secret, { ...manifest, metadata, data: present(made.data) } as KubeObject, { manager: MANAGER, signal: pass.signal });
      expectations.record(pass.key, fresh);
      return { fresh, due: made.due };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return this.#complete(task, await objects.get(K8S.Secret, ref, { signal: pass.signal }));
    }
  }

  /** Writes what `found` lacks, unless somebody has written it since: then it is read and examined again. */
  async #complete(task: Task, found: KubeObject, known?: Completion): Promise<Outcome> {
    let [living, examined] = [found, known ?? (await this.#examine(task, found))];
    for (let tries = 1; ; tries++) {
      if ('reason' in examined) return { refusal: examined };
      if (isEmpty(examined)) return { fresh: living, due: examined.due };
      try {
        return { fresh: await this.#patch(task, living, examined), due: examined.due };
      } catch (error) {
        if (!isConflict(error) || tries === MAX_TRIES) throw error;
      }
      living = await this.#options.objects.get(K8S.Secret, task.ref, { signal: task.pass.signal });
      examined = await this.#examine(task, living);
    }
  }

  async #patch({ pass, ref }: Task, { metadata: { resourceVersion } }: KubeObject, { data, annotations, steps }: Completion): Promise<KubeObject> {
    const { objects, expectations } = this.#options;
    pass.signal.throwIfAborted();
    // A patch, for it needs no right to update; with the version that was examined, for two who complete it would mix their keys.
    const patch = { metadata: { resourceVersion, annotations }, data };
    const answer = await objects.mergePatch(K8S.Secret, ref, patch, { manager: MANAGER, signal: pass.signal });
    expectations.record(pass.key, answer);
    pass.log.info({ child: refKey(ref), steps }, 'a generated Secret was completed');
    return answer;
  }

  async #examine({ pass, secret, ref }: Task, found: KubeObject): Promise<Completion | Refusal> {
    const { caches, clock } = this.#options;
    const why = whyNotOurs(found, pass.owner, (uid) => caches.ownerExists(uid));
    if (why !== undefined) return { ref, reason: 'NameTaken', message: `Secret ${ref.name} exists, and ${why}` };
    const examined = await completion(secret, livingOf(found), clock.now());
    return 'broken' in examined ? brokenRefusal(ref, examined) : examined;
  }
}

async function refused(write: () => Promise<Outcome>, ref: ObjectRef): Promise<Outcome> {
  try {
    return await write();
  } catch (error) {
    const refusal = refusalOf(error, ref);
    if (refusal === undefined) throw error;
    return { refusal };
  }
}

const livingOf = (secret: KubeObject): Living => ({
  data: (secret as { data?: Record<string, string> | null }).data ?? {},
  annotations: secret.metadata.annotations ?? {},
});

const isEmpty = ({ data, annotations }: Completion): boolean => Object.keys(data).length + Object.keys(annotations).length === 0;

const present = (changes: Completion['data']): Record<string, string> =>
  Object.fromEntries(Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== null));

const brokenRefusal = (ref: ObjectRef, { broken }: Broken): Refusal => ({
  ref,
  reason: 'Invalid',
  message: `Secret ${ref.name} ${broken}: put it back, or delete the Secret to have all of it made anew`,
});
