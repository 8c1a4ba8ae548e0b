export type IndexFunctions<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

interface Index<T> {
  values: (object: T) => readonly string[];
  /** Value → key of the object → object. */
  entries: Map<string, Map<string, T>>;
}

const NONE: readonly never[] = [];

/** Lookups of a store's objects by values computed from them. */
export class Indexes<T> {
  readonly #indexes: ReadonlyMap<string, Index<T>>;

  constructor(functions: IndexFunctions<T>) {
    this.#indexes = new Map(Object.entries(functions).map(([name, values]) => [name, { values, entries: new Map() }]));
  }

  get(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new TypeError(`no index "${name}"`);
    const found = index.entries.get(value);
    return found === undefined ? NONE : [...found.values()];
  }

  /** `previous` and `next` are the object under `key` before and after; either may be missing. */
  update(key: string, previous: T | undefined, next: T | undefined): void {
    for (const { values, entries } of this.#indexes.values()) {
      if (previous !== undefined) for (const value of values(previous)) drop(entries, value, key);
      if (next !== undefined) for (const value of values(next)) put(entries, value, key, next);
    }
  }
}

function drop<T>(entries: Map<string, Map<string, T>>, value: string, key: string): void {
  const found = entries.get(value);
  if (found === undefined) return;
  found.delete(key);
  if (found.size === 0) entries.delete(value);
}

function put<T>(entries: Map<string, Map<string, T>>, value: string, key: string, object: T): void {
  const found = entries.get(value);
  if (found === undefined) entries.set(value, new Map([[key, object]]));
  else found.set(key, object);
}
