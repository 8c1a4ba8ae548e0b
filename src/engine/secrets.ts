import type { KubeObject, NamespacedName } from '../base/object.ts';
import { nameKey } from '../base/object.ts';
import { K8S } from '../base/resources.ts';
import { secretFacts } from '../base/secret.ts';
import type { SecretFacts } from '../base/view.ts';
import { certificatesIn } from '../keys/x509.ts';
import type { Clock } from '../kube/clock.ts';
import { isNotFound } from '../kube/errors.ts';
import type { Objects } from '../kube/objects.ts';
import type { Caches } from './caches.ts';

/** What is kept of a Secret. */
interface Known {
  facts: SecretFacts;
  /** Keys with certificates, and when they expire, in ms since the epoch. */
  ends: readonly (readonly [key: string, end: number])[];
}

interface Entry extends Known {
  /** Version that the cache knew when we asked, and version that came back: the contents hold for both. */
  asked: string;
  read: string;
}

const ABSENT: SecretFacts = { state: 'absent' };
const UNREAD: SecretFacts = { state: 'unread' };

const dataOf = (secret: KubeObject): Readonly<Record<string, string>> => (secret as { data?: Record<string, string> | null }).data ?? {};

/** Facts about a whole Secret as the API server has it; what has expired is not looked at. */
export const factsOf = (secret: KubeObject): SecretFacts => secretFacts(dataOf(secret));

const knownOf = (secret: KubeObject): Known => ({
  facts: factsOf(secret),
  ends: Object.entries(dataOf(secret)).flatMap(([key, value]) => {
    const end = endOf(Buffer.from(value, 'base64').toString('latin1'));
    return end === undefined ? [] : [[key, end] as const];
  }),
});

/** Of a chain, the leaf's end; of a bundle, the last one's: while one of them is good, it serves. */
function endOf(pem: string): number | undefined {
  const all = (pem.includes('-----BEGIN CERTIFICATE-----') ? certificatesIn(pem) : undefined) ?? [];
  const [first] = all;
  if (first === undefined) return undefined;
  return Math.max(...(first.ca ? all : [first]).map((one) => one.validToDate.getTime()));
}

/**
 * What is in Secrets: our own from the cache, others read one by one when a resource refers to them. Of those only keys,
 * hashes and when certificates expire are kept, never values.
 */
export class Secrets {
  readonly #objects: Pick<Objects, 'get'>;
  readonly #caches: Caches;
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #clock: Pick<Clock, 'now'>;
  readonly #own = new WeakMap<KubeObject, Known>();

  constructor(objects: Pick<Objects, 'get'>, caches: Caches, clock: Pick<Clock, 'now'>) {
    this.#objects = objects;
    this.#caches = caches;
    this.#clock = clock;
  }

  /** Number of foreign Secrets that something is kept of. */
  get size(): number {
    return this.#entries.size;
  }

  facts(name: NamespacedName): SecretFacts {
    const own = this.#caches.child({ kind: 'Secret', ...name });
    if (own !== undefined) return this.#today(this.#knownOfOwn(own));
    const version = this.#known(name);
    if (version === undefined) return ABSENT;
    const entry = this.#entries.get(nameKey(name));
    return entry !== undefined && (entry.asked === version || entry.read === version) ? this.#today(entry) : UNREAD;
  }

  /** Reads one that is `unread`; rejects with ApiError. Several who want the same share one request. */
  read(name: NamespacedName, signal?: AbortSignal): Promise<void> {
    const key = nameKey(name);
    const running = this.#reading.get(key) ?? this.#read(name, key, signal).finally(() => this.#reading.delete(key));
    this.#reading.set(key, running);
    return running;
  }

  /** Nobody refers to it any more. */
  drop(key: string): void {
    this.#entries.delete(key);
  }

  async #read(name: NamespacedName, key: string, signal: AbortSignal | undefined): Promise<void> {
    const asked = this.#known(name);
    if (asked === undefined) return;
    try {
      const secret = await this.#objects.get(K8S.Secret, name, { signal });
      this.#entries.set(key, { asked, read: secret.metadata.resourceVersion ?? '', ...knownOf(secret) });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#entries.set(key, { asked, read: '', facts: ABSENT, ends: [] });
    }
  }

  #known({ namespace, name }: NamespacedName): string | undefined {
    return this.#caches.secrets.get(namespace, name)?.metadata.resourceVersion;
  }

  #knownOfOwn(secret: KubeObject): Known {
    const known = this.#own.get(secret) ?? knownOf(secret);
    this.#own.set(secret, known);
    return known;
  }

  /** Facts with what has expired by now; nobody is woken when it does. */
  #today({ facts, ends }: Known): SecretFacts {
    const expired = ends.filter(([, end]) => end <= this.#clock.now()).map(([key]) => key);
    return facts.state === 'present' && expired.length > 0 ? { ...facts, expired } : facts;
  }
}
