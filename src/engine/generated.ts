import { randomBytes } from 'node:crypto';
import { hashValue } from '../base/hash.ts';
import { MANAGER } from '../base/names.ts';
import type { KubeObject, ObjectRef } from '../base/object.ts';
import { nameKey, refOf } from '../base/object.ts';
import { K8S } from '../base/resources.ts';
import type { SecretFacts } from '../base/view.ts';
import { type Clock, steady } from '../kube/clock.ts';
import { isAlreadyExists } from '../kube/errors.ts';
import type { Objects } from '../kube/objects.ts';
import type { KeyRecipe } from '../base/generated.ts';
import { type Findings, type Pass, report } from './apply.ts';
import type { Caches } from './caches.ts';
import type { GeneratedSecret, Refusal } from './controller.ts';
import type { Expectations } from './expectations.ts';
import type { Attempt, Memory } from './memory.ts';
import { whyNotOurs } from './ownership.ts';
import { refusalOf } from './refusals.ts';
import { factsOf } from './secrets.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Largest multiple of the alphabet's length below 256: bytes from there on would favour its first letters. */
const FAIR = 256 - (256 % ALPHABET.length);

/** `length` characters [A-Za-z0-9], each as likely as any other. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) if (byte < FAIR && text.length < length) text += ALPHABET.charAt(byte % ALPHABET.length);
  }
  return text;
}

export interface GeneratorOptions {
  objects: Pick<Objects, 'create' | 'get'>;
  caches: Caches;
  memory: Memory;
  expectations: Expectations;
  clock: Clock;
}

/** One value. */
function made(recipe: KeyRecipe): string {
  if (typeof recipe === 'number') return randomText(recipe);
  throw new Error(`no recipe ${recipe.make}`);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Makes Secrets with random values, once: what exists is checked, never overwritten, and survives its owner. */
export class Generator {
  readonly #options: GeneratorOptions;

  constructor(options: GeneratorOptions) {
    this.#options = options;
  }

  /** Returns facts about Secrets that the caches do not show yet, by `namespace/name`. */
  async ensure(pass: Pass, secrets: readonly GeneratedSecret[], findings: Findings): Promise<Map<string, SecretFacts>> {
    const fresh = new Map<string, SecretFacts>();
    for (const secret of secrets) {
      const ref = refOf(secret.manifest);
      const cached = this.#options.caches.child(ref);
      if (cached !== undefined) {
        const refusal = this.#check(pass, secret, cached);
        if (refusal !== undefined) findings.refusals.push(refusal);
        continue;
      }
      const found = await this.#attempt(pass, secret, findings);
      if (found !== undefined) fresh.set(nameKey(ref), factsOf(found));
    }
    return fresh;
  }

  /** Undefined when it was refused, now or lately. */
  async #attempt(pass: Pass, secret: GeneratedSecret, findings: Findings): Promise<KubeObject | undefined> {
    const { memory, clock } = this.#options;
    const attempt: Attempt = { ref: refOf(secret.manifest), hash: hashValue(secret), uid: '' };
    const known = memory.refusal(pass.key, attempt, steady(clock));
    const outcome = known ?? (await this.#create(pass, secret, attempt.ref));
    if (!('refusal' in outcome)) return outcome.found;
    const ms = known?.ms ?? memory.refuse(pass.key, attempt, outcome.refusal, steady(clock));
    report(findings, outcome.refusal, ms);
    return undefined;
  }

  async #create(pass: Pass, secret: GeneratedSecret, ref: ObjectRef): Promise<{ found: KubeObject } | { refusal: Refusal }> {
    try {
      const found = await this.#createOrGet(pass, secret, ref);
      const refusal = this.#check(pass, secret, found);
      return refusal === undefined ? { found } : { refusal };
    } catch (error) {
      const refusal = refusalOf(error, ref);
      if (refusal === undefined) throw error;
      return { refusal };
    }
  }

  /** The cache may lag, or not show what lost its label: the name decides, and what stands under it is read. */
  async #createOrGet({ key, signal }: Pass, { manifest, keys }: GeneratedSecret, ref: ObjectRef): Promise<KubeObject> {
    const { objects, expectations } = this.#options;
    const data = Object.fromEntries(Object.entries(keys).map(([name, length]) => [name, base64(made(length))]));
    signal.throwIfAborted();
    try {
      const created = await objects.create(K8S.Secret, { ...manifest, data } as KubeObject, { manager: MANAGER, signal });
      expectations.record(key, created);
      return created;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return objects.get(K8S.Secret, ref, { signal });
    }
  }

  #check({ owner }: Pass, { manifest, keys }: GeneratedSecret, found: KubeObject): Refusal | undefined {
    const ref = refOf(manifest);
    const why = whyNotOurs(found, owner, (uid) => this.#options.caches.ownerExists(uid));
    if (why !== undefined) return { ref, reason: 'NameTaken', message: `Secret ${ref.name} exists, and ${why}` };
    const facts = factsOf(found);
    const missing = Object.keys(keys).filter((key) => facts.state === 'present' && !facts.keys.includes(key));
    if (missing.length === 0) return undefined;
    const message =
      `Secret ${ref.name} lacks ${missing.join(', ')}, which the operator generates only together with the Secret: ` +
      `put it back, or delete the Secret to have all of it made anew`;
    return { ref, reason: 'Invalid', message };
  }
}
