import type { GeneratedSecret } from '../base/generated.ts';
import type { KubeObject, Manifest, ObjectRef, ResourceType } from '../base/object.ts';
import type { ProductWish } from '../base/product.ts';
import type { View } from '../base/view.ts';

export type { GeneratedSecret } from '../base/generated.ts';

/** What the engine needs of a plan; controllers add what their status needs. */
export interface EnginePlan {
  /** False: nothing is applied and nothing pruned; what runs keeps running. */
  apply: boolean;
  generated: readonly GeneratedSecret[];
  /** In apply order. Objects of one `wave` are applied side by side, waves one after another. */
  manifests: readonly Manifest[];
  /** Running products that the data plane shall ask, and what shall be in them, once the plan is applied. Absent: none. */
  products?: readonly ProductWish[];
  /** The user has taken it out of our hands: its products are left alone too. */
  unmanaged?: boolean;
}

/** Children, pods and claims of one resource as the caches hold them. Never blocks. */
export interface Observed {
  child(kind: string, namespace: string, name: string): KubeObject | undefined;
  /** Pods whose labels contain all of `labels`. */
  pods(namespace: string, labels: Readonly<Record<string, string>>): readonly KubeObject[];
  claims(namespace: string, labels: Readonly<Record<string, string>>): readonly KubeObject[];
}

/** A child that the API server refused (422, 403, name taken), as a value: it is no reason to retry at once. */
export interface Refusal {
  ref: ObjectRef;
  /** `Invalid` (422), `Forbidden` (403), `NameTaken` (an object that is not ours), `Immutable` (needs recreation). */
  reason: 'Invalid' | 'Forbidden' | 'NameTaken' | 'Immutable';
  message: string;
}

/** Fields of a child that somebody else set beside ours, or rewrote right after we applied them. */
export interface ForeignFields {
  ref: ObjectRef;
  manager: string;
  fields: readonly string[];
}

export interface Outcome {
  refusals: readonly Refusal[];
  foreign: readonly ForeignFields[];
}

/** What a pass saw and found, and when (RFC 3339). */
export interface Seen {
  observed: Observed;
  outcome: Outcome;
  now: string;
}

/** A transition worth an event. */
export interface Note {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** One kind, bound to the engine. Both functions are pure. */
export interface Controller<P extends EnginePlan = EnginePlan> {
  readonly resource: ResourceType;
  plan(object: KubeObject, view: View): P;
  /** The whole `.status`; conditions keep their `lastTransitionTime` unless their status flips. */
  status(object: KubeObject, plan: P, seen: Seen): Record<string, unknown>;
  notes(before: Record<string, unknown> | undefined, after: Record<string, unknown>): readonly Note[];
}
