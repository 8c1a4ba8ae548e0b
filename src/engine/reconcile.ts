import { randomUUID } from 'node:crypto';
import type { KubeObject, ObjectRef } from '../base/object.ts';
import { nameKey, refKey, refOf } from '../base/object.ts';
import type { DataPlane } from '../base/product.ts';
import type { SecretFacts } from '../base/view.ts';
import type { Clock } from '../kube/clock.ts';
import { ApiError } from '../kube/errors.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Log } from '../kube/log.ts';
import type { Objects } from '../kube/objects.ts';
import { Applier, type Findings, noFindings, type Pass } from './apply.ts';
import type { Caches } from './caches.ts';
import type { Controller, EnginePlan, Note } from './controller.ts';
import { Dependents } from './dependents.ts';
import { Expectations } from './expectations.ts';
import { Generator } from './generated.ts';
import { parseKey } from './keys.ts';
import { withFields } from './log.ts';
import { Memory } from './memory.ts';
import { CacheObserved } from './observed.ts';
import { NO_DATA_PLANE } from './products.ts';
import { Pruner } from './prune.ts';
import { Secrets } from './secrets.ts';
import { StatusWriter } from './status.ts';
import { RecordingView, secretOfSubject, SUBJECT } from './view.ts';

/** The verbs that the engine uses. */
export type EngineObjects = Pick<Objects, 'apply' | 'applyStatus' | 'create' | 'get' | 'getMetadata' | 'mergePatch' | 'remove'>;

export interface ReconcilerOptions {
  objects: EngineObjects;
  caches: Caches;
  controllers: readonly Controller[];
  events: Pick<EventRecorder, 'emit'>;
  /** Absent: products are not asked. */
  dataPlane?: DataPlane | undefined;
  clock: Clock;
  log: Log;
}

/** How a pass ended when nothing was thrown. */
export type Result =
  | { again: 'no' }
  /** What is true now may be another thing in so many ms. */
  | { again: 'later'; ms: number }
  /** The cache lags: again, after a growing delay. No error. */
  | { again: 'backoff' };

/** A pure function of a controller has thrown. It should never, so this is a bug of ours, whatever the resource says. */
export class ControllerPanic extends Error {
  override readonly name = 'ControllerPanic';
}

/** Secrets that a plan asks for are read, and it is made again; one that still wants more is given up for now. */
const MAX_ROUNDS = 4;
const PRUNE_AGAIN_MS = 1_000;

const PRUNE_REFUSED: Note = {
  type: 'Warning',
  reason: 'PruneRefused',
  message: 'More than half of the objects of this resource would be deleted although it has not changed; they were left alone.',
};

interface Run {
  pass: Pass;
  controller: Controller;
  findings: Findings;
  plan: EnginePlan;
}

/** Takes one resource from what is cached to what is wanted: plan, apply, prune, status. */
export class Reconciler {
  readonly dependents: Dependents;
  readonly expectations: Expectations;
  readonly memory = new Memory();
  readonly #options: ReconcilerOptions;
  readonly #controllers: ReadonlyMap<string, Controller>;
  readonly #dataPlane: DataPlane;
  readonly #secrets: Secrets;
  readonly #generator: Generator;
  readonly #applier: Applier;
  readonly #pruner: Pruner;
  readonly #status: StatusWriter;

  constructor(options: ReconcilerOptions) {
    const { objects, caches, clock } = options;
    this.#options = options;
    this.#dataPlane = options.dataPlane ?? NO_DATA_PLANE;
    this.#controllers = new Map(options.controllers.map((controller) => [controller.resource.kind, controller]));
    this.#secrets = new Secrets(objects, caches, clock);
    this.dependents = new Dependents((subject) => {
      const secret = secretOfSubject(subject);
      if (secret !== undefined) this.#secrets.drop(secret);
    });
    this.expectations = new Expectations(caches, clock);
    const parts = { objects, caches, clock, memory: this.memory, expectations: this.expectations };
    this.#generator = new Generator(parts);
    this.#applier = new Applier(parts);
    this.#pruner = new Pruner(parts);
    this.#status = new StatusWriter(parts);
  }

  /** Rejects with ApiError for what trying again may mend, with ControllerPanic for bugs. */
  async reconcile(key: string, signal: AbortSignal): Promise<Result> {
    const ref = parseKey(key);
    const controller = this.#controllers.get(ref.kind);
    const owner = this.#options.caches.own.get(ref.kind)?.get(ref.namespace, ref.name);
    if (controller === undefined || owner === undefined) {
      this.#forget(key);
      return { again: 'no' };
    }
    if (owner.metadata.deletionTimestamp !== undefined) {
      this.#dataPlane.forget(key);
      return { again: 'no' };
    }
    const pass = { key, owner, signal, log: this.#log(ref) };
    const run: Run = { pass, controller, findings: noFindings(), plan: await this.#plan(pass, controller) };
    const failure = run.plan.apply ? await this.#act(run) : undefined;
    if (failure === undefined) this.#wish(key, run.plan);
    const result = await this.#report(run);
    if (failure !== undefined) throw failure.error;
    return result;
  }

  /** A plan that is not applied leaves the wishes as they were, like everything else. */
  #wish(key: string, { apply, unmanaged, products }: EnginePlan): void {
    if (unmanaged === true) this.#dataPlane.forget(key);
    else if (apply) this.#dataPlane.set(key, products ?? []);
  }

  #forget(key: string): void {
    this.#dataPlane.forget(key);
    this.dependents.forget(key);
    this.expectations.forget(key);
    this.memory.forget(key);
    this.#pruner.forget(key);
    this.#status.forget(key);
  }

  #log({ kind, namespace, name }: ObjectRef): Log {
    return withFields(this.#options.log, { controller: kind.toLowerCase(), namespace, name, reconcileID: randomUUID() });
  }

  /** Plans until every Secret that was asked for has been read. */
  async #plan(pass: Pass, controller: Controller, fresh?: ReadonlyMap<string, SecretFacts>): Promise<EnginePlan> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const view = new RecordingView(this.#options.caches, this.#secrets, fresh, (ref, id) => this.#dataPlane.facts(ref, id));
      const plan = guarded('plan', () => controller.plan(pass.owner, view));
      this.dependents.set(pass.key, view.subjects);
      if (view.unread.length === 0) return plan;
      await Promise.all(view.unread.map((name) => this.#secrets.read(name, pass.signal)));
    }
    throw new Error('the Secrets that it refers to keep changing');
  }

  /** Returns the error of the API server that cut it short; what was found until then is worth a status all the same. */
  async #act(run: Run): Promise<{ error: ApiError } | undefined> {
    try {
      await this.#generate(run);
      if (run.findings.refusals.length === 0 && run.plan.apply) await this.#applyAndPrune(run);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError && error.status > 0 && !run.pass.signal.aborted) return { error };
      throw error;
    }
  }

  /** A plan that has asked for a Secret made just now is made again: it may hash what is in it. */
  async #generate(run: Run): Promise<void> {
    const { pass, controller, findings } = run;
    const fresh = await this.#generator.ensure(pass, run.plan.generated, findings);
    const asked = run.plan.generated.some(({ manifest }) => {
      const { namespace, name } = refOf(manifest);
      return fresh.has(nameKey({ namespace, name })) && this.dependents.asks(pass.key, SUBJECT.secret({ namespace, name }));
    });
    if (asked) run.plan = await this.#plan(pass, controller, fresh);
  }

  async #applyAndPrune({ pass, plan, findings }: Run): Promise<void> {
    await this.#applier.apply(pass, plan.manifests, findings);
    if (findings.refusals.length > 0) return;
    const wanted = [...plan.manifests, ...plan.generated.map((secret) => secret.manifest)];
    const pruned = await this.#pruner.prune(pass, new Set(wanted.map((manifest) => refKey(refOf(manifest)))));
    if (pruned === 'refused') this.#tell(pass.owner, [PRUNE_REFUSED]);
    if (pruned === 'again') findings.againMs = Math.min(findings.againMs, PRUNE_AGAIN_MS);
  }

  async #report({ pass, controller, plan, findings }: Run): Promise<Result> {
    const { caches, clock } = this.#options;
    const before = (pass.owner as { status?: Record<string, unknown> }).status;
    const observed = new CacheObserved(caches, findings.written);
    const outcome = { refusals: inOrder(findings.refusals), foreign: inOrder(findings.foreign) };
    const now = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
    const after = guarded('status', () => controller.status(pass.owner, plan, { observed, outcome, now }));
    const write = await this.#status.write(pass, controller.resource, after);
    if (write.result === 'gone') return { again: 'backoff' };
    if (write.result === 'written') this.#tell(pass.owner, guarded('notes', () => controller.notes(before, after)));
    const ms = Math.min(findings.againMs, write.result === 'later' ? write.ms : Infinity);
    return Number.isFinite(ms) ? { again: 'later', ms } : { again: 'no' };
  }

  #tell(owner: KubeObject, notes: readonly Note[]): void {
    for (const note of notes) this.#options.events.emit(owner, note);
  }
}

/** Children are written side by side; what is said about them must not depend on who was first. */
function inOrder<T extends { ref: ObjectRef }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (refKey(a.ref) < refKey(b.ref) ? -1 : Number(refKey(a.ref) > refKey(b.ref))));
}

function guarded<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new ControllerPanic(`${what} has thrown: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
