import { MANAGER } from '../base/names.ts';
import type { KubeObject, Manifest, ObjectRef, ResourceType } from '../base/object.ts';
import { refKey, refOf } from '../base/object.ts';
import { type Clock, steady } from '../kube/clock.ts';
import { ApiError } from '../kube/errors.ts';
import type { Log } from '../kube/log.ts';
import type { Objects } from '../kube/objects.ts';
import type { Caches } from './caches.ts';
import type { ForeignFields, Refusal } from './controller.ts';
import type { Expectations } from './expectations.ts';
import { compact, foreignManagers } from './foreign.ts';
import { type Attempt, type Memory, REFUSED_MS } from './memory.ts';
import { whyNotOurs } from './ownership.ts';
import { refusalOf } from './refusals.ts';
import { stampOf, stamped } from './stamp.ts';
import { type Difference, differences } from './subset.ts';
import { eachLimited, waves } from './waves.ts';

const IN_FLIGHT = 16;
const MAX_FIELDS = 5;
/** Who rewrites what we send stays unknown: the API server counts it as ours. */
const REWRITER = 'admission';

/** One pass over one resource. */
export interface Pass {
  key: string;
  owner: KubeObject;
  signal: AbortSignal;
  /** Says which key and which pass a line is about. */
  log: Log;
}

/** What a pass did and found; filled while it goes on. */
export interface Findings {
  refusals: Refusal[];
  foreign: ForeignFields[];
  /** Answers of the API server to what was written, by ref. */
  written: Map<string, KubeObject>;
  /** When to look again although nothing happened, in ms. */
  againMs: number;
}

export const noFindings = (): Findings => ({ refusals: [], foreign: [], written: new Map(), againMs: Infinity });

export interface ApplierOptions {
  objects: Pick<Objects, 'apply' | 'getMetadata'>;
  caches: Caches;
  memory: Memory;
  expectations: Expectations;
  clock: Clock;
}

/** A child on its way: what we want, and what is there. */
interface Child {
  type: ResourceType;
  wanted: Manifest;
  ref: ObjectRef;
  cached: KubeObject | undefined;
  attempt: Attempt;
}

/** Makes the cluster hold what was rendered, with no request for what it holds already. */
export class Applier {
  readonly #options: ApplierOptions;

  constructor(options: ApplierOptions) {
    this.#options = options;
  }

  /**
   * Applies what is missing or differs, wave by wave; a wave with a refusal is the last one. Rejects, after the wave,
   * with whatever trying again may mend.
   */
  async apply(pass: Pass, manifests: readonly Manifest[], findings: Findings): Promise<void> {
    this.#options.memory.keepOnly(pass.key, new Set(manifests.map((manifest) => refKey(refOf(manifest)))));
    const first = this.#options.caches.childrenOf(pass.owner.metadata.uid ?? '').length === 0;
    for (const wave of waves(manifests)) {
      await eachLimited(wave, IN_FLIGHT, (manifest) => this.#one(pass, manifest, { findings, first }));
      if (findings.refusals.length > 0) return;
    }
  }

  /** `first`: nothing of this resource is there yet, so most likely nothing stands under this name either. */
  async #one(pass: Pass, manifest: Manifest, { findings, first }: { findings: Findings; first: boolean }): Promise<void> {
    const child = this.#child(pass, manifest);
    if (child === undefined) {
      findings.refusals.push(outOfScope(refOf(manifest)));
      return;
    }
    if (child.cached !== undefined) return this.#change(pass, child, child.cached, findings);
    if (this.#isRefused(pass, child, findings)) return;
    if (first && (await this.#write(pass, child, findings, true))) return;
    const hidden = await this.#hidden(pass, child);
    if (hidden !== undefined) this.#refuse(pass, child, hidden, findings);
    else await this.#write(pass, child, findings);
  }

  async #change(pass: Pass, child: Child, cached: KubeObject, findings: Findings): Promise<void> {
    // On its way out; the end of it wakes us.
    if (cached.metadata.deletionTimestamp !== undefined) return;
    const stranger = this.#taken(pass, child, cached);
    if (stranger !== undefined) return report(findings, stranger, REFUSED_MS);
    if (this.#isRefused(pass, child, findings) || this.#isInPlace(pass, child, cached, findings)) return;
    await this.#write(pass, child, findings);
  }

  #child(pass: Pass, manifest: Manifest): Child | undefined {
    const ref = refOf(manifest);
    const cache = this.#options.caches.children.get(ref.kind);
    const store = cache?.store(ref.namespace);
    if (cache === undefined || store === undefined) return undefined;
    const wanted = stamped(pass.owner, manifest);
    const cached = store.get(ref);
    return { type: cache.type, wanted, ref, cached, attempt: { ref, hash: stampOf(wanted), uid: cached?.metadata.uid ?? '' } };
  }

  /** Whether just this was refused lately. */
  #isRefused(pass: Pass, child: Child, findings: Findings): boolean {
    const { memory, clock } = this.#options;
    const known = memory.refusal(pass.key, child.attempt, steady(clock));
    if (known !== undefined) report(findings, known.refusal, known.ms);
    return known !== undefined;
  }

  /** Whether there is nothing to send: all is as it should be, or known not to become so. */
  #isInPlace(pass: Pass, child: Child, cached: KubeObject, findings: Findings): boolean {
    const differing = [...differences(child.wanted, cached)];
    if (differing.length > 0 && !this.#isHopeless(pass, child, cached, { differing, findings })) return false;
    for (const foreign of foreignManagers(cached)) findings.foreign.push({ ref: child.ref, ...foreign });
    return true;
  }

  /** Differences that another apply would not mend: reported instead. */
  #isHopeless(
    pass: Pass,
    { ref, wanted, attempt }: Child,
    cached: KubeObject,
    { differing, findings }: { differing: readonly Difference[]; findings: Findings },
  ): boolean {
    const { memory, clock } = this.#options;
    if (memory.expects(pass.key, attempt, differing)) {
      findings.foreign.push(rewritten(ref, differing));
      return true;
    }
    const drifted = stampOf(cached) === stampOf(wanted);
    const waitMs = drifted ? memory.repair(pass.key, ref, steady(clock)) : 0;
    if (waitMs === 0) return false;
    findings.againMs = Math.min(findings.againMs, waitMs);
    return true;
  }

  /** Refuses a name under which something lives that is not ours to write to. */
  #taken(pass: Pass, { ref }: Child, living: KubeObject): Refusal | undefined {
    const why = whyNotOurs(living, pass.owner, (uid) => this.#options.caches.ownerExists(uid));
    return why === undefined ? undefined : { ref, reason: 'NameTaken', message: `${ref.kind} ${ref.name} exists, and ${why}` };
  }

  /** What the cache does not show may live all the same, without our label: the API server knows. */
  async #hidden(pass: Pass, child: Child): Promise<Refusal | undefined> {
    const living = await this.#options.objects.getMetadata(child.type, child.ref, { signal: pass.signal });
    return living === undefined ? undefined : this.#taken(pass, child, living);
  }

  /** Returns false only when `onlyNew` was asked for, and the name may be taken. */
  async #write(pass: Pass, child: Child, findings: Findings, onlyNew = false): Promise<boolean> {
    pass.signal.throwIfAborted();
    const manifest = onlyNew ? asNew(child.wanted) : child.wanted;
    try {
      const answer = await this.#options.objects.apply(child.type, manifest, { manager: MANAGER, force: true, signal: pass.signal });
      this.#wrote(pass, child, answer, findings);
    } catch (error) {
      if (onlyNew && isVersionRefused(error)) return false;
      const refusal = refusalOf(error, child.ref);
      if (refusal === undefined) throw error;
      this.#refuse(pass, child, refusal, findings);
    }
    return true;
  }

  #wrote(pass: Pass, { ref, wanted, attempt }: Child, answer: KubeObject, findings: Findings): void {
    const { expectations, memory } = this.#options;
    expectations.record(pass.key, answer);
    const object = compact(answer);
    findings.written.set(refKey(ref), object);
    for (const foreign of foreignManagers(object)) findings.foreign.push({ ref, ...foreign });
    const differing = [...differences(wanted, object)];
    if (differing.length === 0) return memory.succeed(pass.key, ref);
    const foreign = rewritten(ref, differing);
    memory.succeed(pass.key, ref);
    memory.rewrite(pass.key, { ...attempt, uid: object.metadata.uid ?? '' }, differing);
    findings.foreign.push(foreign);
    pass.log.warn({ child: refKey(ref), fields: foreign.fields }, 'somebody rewrites what is applied');
  }

  #refuse(pass: Pass, child: Child, refusal: Refusal, findings: Findings): void {
    const { memory, clock } = this.#options;
    const ms = memory.refuse(pass.key, child.attempt, refusal, steady(clock));
    report(findings, refusal, ms);
    pass.log.warn({ child: refKey(child.ref), reason: refusal.reason, refusal: refusal.message }, 'a child was refused');
  }
}

/**
 * Server-side apply that only creates: no object is of this version, so one that exists answers with a conflict, while the
 * version is dropped from one that does not. It saves asking for each name first; where it is refused, that is what happens.
 */
const asNew = (manifest: Manifest): Manifest => ({ ...manifest, metadata: { ...manifest.metadata, resourceVersion: '1' } });

const isVersionRefused = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 409 || error.message.includes('resourceVersion'));

/** Adds a refusal that is to be looked at again in `ms`. */
export function report(findings: Findings, refusal: Refusal, ms: number): void {
  findings.refusals.push(refusal);
  findings.againMs = Math.min(findings.againMs, ms);
}

const rewritten = (ref: ObjectRef, differing: readonly Difference[]): ForeignFields => ({
  ref,
  manager: REWRITER,
  fields: differing.slice(0, MAX_FIELDS).map((difference) => difference.path),
});

const outOfScope = (ref: ObjectRef): Refusal => ({
  ref,
  reason: 'Forbidden',
  message: `${ref.kind} ${ref.namespace === '' ? '' : `${ref.namespace}/`}${ref.name} lies outside of what this operator was set up to watch`,
});
