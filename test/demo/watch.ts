import type { Condition, Status } from '../../src/api/status.ts';
import type { KubeObject } from '../../src/base/object.ts';
import type { Client } from '../controlplane/client.ts';

type Resource = KubeObject & { status?: Status };

/** Reconciling and Stalled are there only while something is not as it should be. */
const tick = (type: string, value: string): string => (type === 'Stalled' ? '✗' : value === 'True' && type !== 'Reconciling' ? '✓' : '…');

/** Prints each condition when it turns; ends when every resource is Ready. */
export class ReadyWatch {
  readonly #started = performance.now();
  readonly #seen = new Map<string, string>();
  readonly #ready = new Map<string, boolean>();
  readonly #say: (line: string) => void;

  constructor(names: readonly string[], say: (line: string) => void) {
    for (const name of names) this.#ready.set(name, false);
    this.#say = say;
  }

  async until(client: Client, paths: readonly string[], timeoutMs: number): Promise<void> {
    const done = new AbortController();
    const late = setTimeout(() => done.abort(), timeoutMs);
    const follow = async (path: string): Promise<void> => {
      for await (const { object } of client.follow(path, done.signal)) {
        this.#observe(object);
        if ([...this.#ready.values()].every(Boolean)) done.abort();
      }
    };
    await Promise.all(paths.map(follow));
    clearTimeout(late);
    const open = [...this.#ready].filter(([, ready]) => !ready).map(([name]) => name);
    if (open.length > 0) throw new Error(`not Ready after ${Math.round(timeoutMs / 1000)} s: ${open.join(', ')}`);
  }

  #observe({ kind, metadata, status }: Resource): void {
    const name = `${kind} ${metadata.name}`;
    if (!this.#ready.has(name)) return;
    const conditions = status?.conditions ?? [];
    for (const condition of conditions) this.#show(name, condition);
    const ready = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
    this.#ready.set(name, ready && status?.observedGeneration === metadata.generation);
  }

  /** One line for a condition that is new or has turned. */
  #show(name: string, { type, status: value, reason, message }: Condition): void {
    const key = `${name} ${type}`;
    const now = `${value} ${reason}`;
    if (this.#seen.get(key) === now) return;
    this.#seen.set(key, now);
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1).padStart(6);
    this.#say(`${seconds}s  ${tick(type, value)} ${name.padEnd(26)} ${`${type}=${value}`.padEnd(22)} ${reason}: ${message}`);
  }
}
