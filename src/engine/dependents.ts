import type { KubeObject } from '../base/object.ts';

/** Inverted index: which keys asked for a subject when they were last planned. */
export class Dependents {
  readonly #subjects = new Map<string, ReadonlySet<string>>();
  readonly #keys = new Map<string, Set<string>>();
  readonly #onUnasked: (subject: string) => void;

  /** `onUnasked` is told of every subject that nobody asks for any more. */
  constructor(onUnasked: (subject: string) => void = () => undefined) {
    this.#onUnasked = onUnasked;
  }

  /** Keys that asked for the subject. */
  of(subject: string): Iterable<string> {
    return this.#keys.get(subject) ?? [];
  }

  asks(key: string, subject: string): boolean {
    return this.#subjects.get(key)?.has(subject) ?? false;
  }

  /** The key has been planned, and asked for just these. */
  set(key: string, subjects: ReadonlySet<string>): void {
    const before = this.#subjects.get(key) ?? new Set<string>();
    for (const subject of subjects) if (!before.has(subject)) this.#add(subject, key);
    for (const subject of before) if (!subjects.has(subject)) this.#remove(subject, key);
    if (subjects.size > 0) this.#subjects.set(key, subjects);
    else this.#subjects.delete(key);
  }

  forget(key: string): void {
    this.set(key, new Set());
  }

  #add(subject: string, key: string): void {
    const keys = this.#keys.get(subject);
    if (keys === undefined) this.#keys.set(subject, new Set([key]));
    else keys.add(key);
  }

  #remove(subject: string, key: string): void {
    const keys = this.#keys.get(subject);
    if (keys === undefined) return;
    keys.delete(key);
    if (keys.size > 0) return;
    this.#keys.delete(subject);
    this.#onUnasked(subject);
  }
}

type Labels = Readonly<Record<string, string>> | undefined;

/** Whether two maps of labels or annotations differ. */
export function labelsDiffer(a: Labels, b: Labels): boolean {
  const left = Object.entries(a ?? {});
  const right = b ?? {};
  return left.length !== Object.keys(right).length || left.some(([key, value]) => right[key] !== value);
}

/** Whether something that a user decides has changed: spec, labels, annotations, deletion. Status is ours. */
export function wasEdited(before: KubeObject, after: KubeObject): boolean {
  const a = before.metadata;
  const b = after.metadata;
  return (
    a.generation !== b.generation ||
    a.deletionTimestamp !== b.deletionTimestamp ||
    labelsDiffer(a.labels, b.labels) ||
    labelsDiffer(a.annotations, b.annotations)
  );
}
