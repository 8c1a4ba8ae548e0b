import type { KubeObject, NamespacedName } from '../base/object.ts';
import { nameKey } from '../base/object.ts';
import { K8S } from '../base/resources.ts';
import { secretFacts } from '../base/secret.ts';
import type { SecretFacts } from '../base/view.ts';
import { isNotFound } from '../kube/errors.ts';
import type { Objects } from '../kube/objects.ts';
import type { Caches } from './caches.ts';

interface Entry {
  /** Version that the cache knew when we asked, and version that came back: the contents hold for both. */
  asked: string;
  read: string;
  facts: SecretFacts;
}

const ABSENT: SecretFacts = { state: 'absent' };
const UNREAD: SecretFacts = { state: 'unread' };

/** Facts about a whole Secret as the API server has it. */
export const factsOf = (secret: KubeObject): SecretFacts =>
  secretFacts((secret as { data?: Record<string, string> | null }).data ?? {});

/**
 * What is in Secrets: our own from the cache, others read one by one when a resource refers to them. Of those only keys
 * and a hash are kept, never values.
 */
export class Secrets {
  readonly #objects: Pick<Objects, 'get'>;
  readonly #caches: Caches;
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #ownFacts = new WeakMap<KubeObject, SecretFacts>();

  constructor(objects: Pick<Objects, 'get'>, caches: Caches) {
    this.#objects = objects;
    this.#caches = caches;
  }

  /** Number of foreign Secrets that something is kept of. */
  get size(): number {
    return this.#entries.size;
  }

  facts(name: NamespacedName): SecretFacts {
    const own = this.#caches.child({ kind: 'Secret', ...name });
    if (own !== undefined) return this.#factsOfOwn(own);
    const version = this.#known(name);
    if (version === undefined) return ABSENT;
    const entry = this.#entries.get(nameKey(name));
    return entry !== undefined && (entry.asked === version || entry.read === version) ? entry.facts : UNREAD;
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
      this.#entries.set(key, { asked, read: secret.metadata.resourceVersion ?? '', facts: factsOf(secret) });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#entries.set(key, { asked, read: '', facts: ABSENT });
    }
  }

  #known({ namespace, name }: NamespacedName): string | undefined {
    return this.#caches.secrets.get(namespace, name)?.metadata.resourceVersion;
  }

  #factsOfOwn(secret: KubeObject): SecretFacts {
    const known = this.#ownFacts.get(secret) ?? factsOf(secret);
    this.#ownFacts.set(secret, known);
    return known;
  }
}
