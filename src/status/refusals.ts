import { failure, type Finding, type FindingCode } from '../api/finding.ts';
import type { ObjectRef } from '../base/object.ts';

/** A child that the API server refused, or whose name is taken. */
export interface Refusal {
  ref: ObjectRef;
  reason: 'Invalid' | 'Forbidden' | 'NameTaken' | 'Immutable';
  message: string;
}

const CODES: Readonly<Record<Refusal['reason'], FindingCode>> = {
  Invalid: 'ChildInvalid',
  Forbidden: 'ChildForbidden',
  NameTaken: 'NameTaken',
  Immutable: 'ChildImmutable',
};

/** The API server may quote whole lists: its words must leave room for ours. */
const LONGEST = 600;

const clip = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** Pods and volumes outlive a workload that is deleted so. */
function deletion({ kind, namespace, name }: ObjectRef): string {
  const place = namespace === '' ? '' : ` -n ${namespace}`;
  return `kubectl delete ${kind.toLowerCase()} ${name}${place}${/Set$|Deployment$/.test(kind) ? ' --cascade=orphan' : ''}`;
}

/** What to do about it, where the words of the refusal do not say so themselves. */
function remedy({ ref, reason }: Refusal): string {
  switch (reason) {
    case 'Invalid':
      return ref.kind === 'Secret' ? '' : ': correct what the spec puts there (podTemplate, labels, annotations, resources and the like)';
    case 'Forbidden':
      return ': remove what forbids it (a quota, a policy, missing rights of the operator); it is tried again every minute';
    case 'NameTaken':
      return '; it is looked at again every minute';
    case 'Immutable':
      return `: set the field back, or have the object made anew: ${deletion(ref)}`;
  }
}

/** A refusal as a finding: which object, why, and what to do. */
export function refusalFinding(refusal: Refusal): Finding {
  const { ref, reason, message } = refusal;
  const path = `${ref.kind}/${ref.name}`;
  const named = message.startsWith(`${ref.kind} ${ref.name} `) ? clip(message) : `${path}: ${clip(message)}`;
  return failure(CODES[reason], path, `${named}${remedy(refusal)}`);
}
