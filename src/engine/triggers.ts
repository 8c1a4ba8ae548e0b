import type { KubeObject } from '../base/object.ts';
import { nameOf, refKey, refOf } from '../base/object.ts';
import type { DataPlane } from '../base/product.ts';
import type { Delta } from '../kube/store.ts';
import type { Caches } from './caches.ts';
import { type Dependents, labelsDiffer, wasEdited } from './dependents.ts';
import { ownerKeyOf } from './keys.ts';
import type { KindCache } from './kind-cache.ts';
import type { Memory } from './memory.ts';
import { type AddOptions, PRIORITY, type WorkQueue } from './queue.ts';
import { SUBJECT } from './view.ts';

/** Key that stands for sweeping what deleted resources left behind. */
export const ORPHANS_KEY = 'orphans';

/** One change of the cluster comes as many events: wait for the rest of them. */
const COALESCE_MS = 100;

const SOON: AddOptions = { priority: PRIORITY.child, delayMs: COALESCE_MS };

export interface TriggerOptions {
  caches: Caches;
  queue: Pick<WorkQueue, 'add'>;
  dependents: Dependents;
  memory: Pick<Memory, 'forgive'>;
  dataPlane?: Pick<DataPlane, 'onChange'> | undefined;
}

/** Turns every change in the caches, and of what products say, into keys to be worked on. Returns the way to stop. */
export function wireTriggers(options: TriggerOptions): () => void {
  const { caches, dataPlane, queue } = options;
  const triggers = new Triggers(options);
  const on = (cache: KindCache | undefined, listener: (delta: Delta<KubeObject>) => void): (() => void) =>
    cache?.subscribe(listener) ?? (() => undefined);
  const stops = [
    ...[...caches.own.values()].map((cache) => on(cache, (delta) => triggers.own(delta))),
    ...[...caches.children.values()].map((cache) => on(cache, (delta) => triggers.child(delta))),
    ...[caches.pods, caches.claims].map((cache) => on(cache, (delta) => triggers.owned(delta))),
    on(caches.secrets, (delta) => triggers.secret(delta)),
    on(caches.namespaces, (delta) => triggers.namespace(delta)),
    dataPlane?.onChange((key) => queue.add(key, SOON)) ?? (() => undefined),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

class Triggers {
  readonly #options: TriggerOptions;

  constructor(options: TriggerOptions) {
    this.#options = options;
  }

  /** A resource of ours. Its status is our own doing, and wakes nobody. */
  own({ type, object, previous, initial }: Delta<KubeObject>): void {
    if (type === 'updated' && previous !== undefined && !wasEdited(previous, object)) return;
    const ref = refOf(object);
    const key = refKey(ref);
    this.#options.memory.forgive(key);
    this.#options.queue.add(key, { priority: initial ? PRIORITY.startup : PRIORITY.edit });
    if (type === 'deleted') this.#options.queue.add(ORPHANS_KEY, SOON);
    this.#wake(SUBJECT.resource(ref.kind, ref.namespace, ref.name), key);
    this.#wake(SUBJECT.kind(ref.kind), key);
  }

  /** What was there before we looked is covered by the first look at its owner. */
  owned({ object, previous, initial }: Delta<KubeObject>): void {
    if (initial) return;
    const owner = ownerKeyOf(object);
    const before = previous === undefined ? undefined : ownerKeyOf(previous);
    if (owner !== undefined) this.#options.queue.add(owner, SOON);
    if (before !== undefined && before !== owner) this.#options.queue.add(before, SOON);
  }

  child(delta: Delta<KubeObject>): void {
    const { kind, namespace, name } = refOf(delta.object);
    this.owned(delta);
    this.#wake(SUBJECT.child(kind, namespace, name));
    if (kind === 'Secret') this.#wake(SUBJECT.secret({ namespace, name }));
  }

  secret({ object }: Delta<KubeObject>): void {
    this.#wake(SUBJECT.secret(nameOf(object)));
  }

  namespace({ type, object, previous }: Delta<KubeObject>): void {
    if (type === 'updated' && !labelsDiffer(previous?.metadata.labels, object.metadata.labels)) return;
    this.#wake(SUBJECT.namespace(object.metadata.name));
  }

  #wake(subject: string, except?: string): void {
    for (const key of this.#options.dependents.of(subject)) if (key !== except) this.#options.queue.add(key, SOON);
  }
}
