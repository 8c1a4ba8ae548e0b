import type { KubeObject, NamespacedName, ObjectRef } from '../base/object.ts';
import { nameKey, refKey } from '../base/object.ts';
import type { ProductFacts } from '../base/product.ts';
import type { SecretFacts, View } from '../base/view.ts';
import type { Caches } from './caches.ts';
import type { Secrets } from './secrets.ts';

/** What a plan may ask for, as text: the keys of the inverted index. */
export const SUBJECT = {
  resource: (kind: string, namespace: string, name: string): string => `resource:${refKey({ kind, namespace, name })}`,
  kind: (kind: string): string => `kind:${kind}`,
  secret: (name: NamespacedName): string => `secret:${nameKey(name)}`,
  namespace: (name: string): string => `namespace:${name}`,
  child: (kind: string, namespace: string, name: string): string => `child:${refKey({ kind, namespace, name })}`,
};

const SECRET = SUBJECT.secret({ namespace: '', name: '' }).slice(0, -1);

/** `namespace/name` of the Secret that a subject stands for. */
export const secretOfSubject = (subject: string): string | undefined =>
  subject.startsWith(SECRET) ? subject.slice(SECRET.length) : undefined;

/** What running products have said: the data plane's store. */
export type Products = (resource: ObjectRef, id: string) => ProductFacts | undefined;

/** The view of one plan: reads the caches and remembers what was asked. */
export class RecordingView implements View {
  readonly #caches: Caches;
  readonly #secrets: Pick<Secrets, 'facts'>;
  /** Facts that are newer than the caches: Secrets that this pass has made. */
  readonly #fresh: ReadonlyMap<string, SecretFacts>;
  readonly subjects = new Set<string>();
  /** Secrets that were asked for, exist, and were not read yet. */
  readonly unread: NamespacedName[] = [];

  readonly #products: Products;

  constructor(caches: Caches, secrets: Pick<Secrets, 'facts'>, fresh: ReadonlyMap<string, SecretFacts> = new Map(), products: Products = () => undefined) {
    this.#products = products;
    this.#caches = caches;
    this.#secrets = secrets;
    this.#fresh = fresh;
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    this.subjects.add(SUBJECT.resource(kind, namespace, name));
    return this.#caches.own.get(kind)?.get(namespace, name);
  }

  list(kind: string): readonly KubeObject[] {
    this.subjects.add(SUBJECT.kind(kind));
    return this.#caches.own.get(kind)?.sorted() ?? [];
  }

  secret(namespace: string, name: string): SecretFacts {
    const id = { namespace, name };
    this.subjects.add(SUBJECT.secret(id));
    const facts = this.#fresh.get(nameKey(id)) ?? this.#secrets.facts(id);
    if (facts.state === 'unread') this.unread.push(id);
    return facts;
  }

  namespaceLabels(name: string): Readonly<Record<string, string>> | undefined {
    this.subjects.add(SUBJECT.namespace(name));
    const namespace = this.#caches.namespaces?.get('', name);
    return namespace === undefined ? undefined : (namespace.metadata.labels ?? {});
  }

  /** Facts wake their own resource through the data plane's own trigger; no subject is needed. */
  product(resource: ObjectRef, id: string): ProductFacts | undefined {
    return this.#products(resource, id);
  }

  child(kind: string, namespace: string, name: string): KubeObject | undefined {
    this.subjects.add(SUBJECT.child(kind, namespace, name));
    return this.#caches.child({ kind, namespace, name });
  }
}
