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

/** What to do about it, and then the words of the API server. Our own words say both. */
function sentence({ ref, reason, message }: Refusal): string {
  const object = `${ref.kind} ${ref.name}`;
  const words = clip(message);
  if (reason === 'NameTaken') return `${words}; it is looked at again every minute`;
  if (words.startsWith(`${object} `)) return words;
  switch (reason) {
    case 'Invalid':
      return `${object} is refused, mend the override that leads to it (podTemplate, labels, annotations and the like): ${words}`;
    case 'Forbidden':
      return `${object} is forbidden, remove the cause (a quota, a policy, a missing right); it is tried again every minute: ${words}`;
    case 'Immutable':
      return `${object} cannot be changed in place, set the field back, or have it made anew with ${deletion(ref)}: ${words}`;
  }
}

/** A refusal as a finding: which object, what to do, and why. */
export const refusalFinding = (refusal: Refusal): Finding =>
  failure(CODES[refusal.reason], `${refusal.ref.kind}/${refusal.ref.name}`, sentence(refusal));
