import { type Finding, isFailure } from '../api/finding.ts';
import type { ComponentStatus, Condition, ConditionStatus, ConditionType, Wire } from '../api/status.ts';
import type { KubeObject } from '../base/object.ts';
import type { Plan } from './plan.ts';
import { productWaits } from './products.ts';
import { needsUser, type Reason } from './reasons.ts';
import { isComponentReady } from './workloads.ts';

/** A condition before it gets its time and generation. */
export interface Verdict {
  type: ConditionType;
  status: ConditionStatus;
  reason: Reason;
  message: string;
}

/** Longest message: `kubectl describe` stays readable, and the object small. */
const LONGEST = 1024;

const verdict = (type: ConditionType, status: ConditionStatus, reason: Reason, message: string): Verdict => ({
  type,
  status,
  reason,
  message: message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message,
});

/** Findings that speak of something other than the spec. */
const ELSEWHERE: Readonly<Partial<Record<Finding['code'], ConditionType>>> = {
  ReferenceMissing: 'WiringReady',
  ReferenceDenied: 'WiringReady',
  PodSecurityRefused: 'WorkloadsReady',
  ChildForbidden: 'WorkloadsReady',
  ProductUnauthorized: 'WorkloadsReady',
  ProductCertificate: 'WorkloadsReady',
  ProductUnhealthy: 'WorkloadsReady',
  ProductLicenseExpired: 'WorkloadsReady',
};

function conditionOf(finding: Finding): ConditionType {
  if (finding.path.startsWith('spec.storage') && finding.code.startsWith('Secret')) return 'StorageReady';
  return ELSEWHERE[finding.code] ?? 'ConfigValid';
}

const sentences = (findings: readonly Finding[]): string => findings.map(({ message }) => message).join('; ');

/** False with the findings that belong to a condition; undefined where there are none. */
function failing(type: ConditionType, findings: readonly Finding[]): Verdict | undefined {
  const mine = findings.filter((finding) => isFailure(finding) && conditionOf(finding) === type);
  const [first] = mine;
  return first ? verdict(type, 'False', first.code, sentences(mine)) : undefined;
}

const configValid = (findings: readonly Finding[]): Verdict =>
  failing('ConfigValid', findings) ?? verdict('ConfigValid', 'True', 'Valid', 'the spec is valid and was rendered');

interface Claim extends KubeObject {
  status?: { phase?: string };
}

export interface Seen {
  components: readonly ComponentStatus[];
  claims: readonly KubeObject[];
}

function storageReady(plan: Plan, findings: readonly Finding[], seen: Seen): Verdict {
  const failed = failing('StorageReady', findings);
  if (failed) return failed;
  const pending = (seen.claims as readonly Claim[]).filter((claim) => claim.status?.phase !== 'Bound');
  const [first] = pending;
  if (first) {
    const phase = first.status?.phase ?? 'Pending';
    return verdict('StorageReady', 'False', 'VolumesPending', `volume claim ${first.metadata.name} is ${phase}: if this lasts, see its events; is there a default StorageClass?`);
  }
  if (seen.claims.length === 0 && !seen.components.every(isComponentReady)) {
    return verdict('StorageReady', 'Unknown', 'VolumesPending', 'no volume claim yet');
  }
  return verdict('StorageReady', 'True', 'StorageFound', plan.storage);
}

function workloadsReady(plan: Plan, findings: readonly Finding[], seen: Seen): Verdict {
  const failed = failing('WorkloadsReady', findings);
  const open = seen.components.filter((component) => !isComponentReady(component));
  // A product that ails because a pod is missing: the pod is the news.
  if (failed && (needsUser(failed.reason) || open.length === 0)) return failed;
  if (open.length === 0) {
    const waits = productsOpen(plan);
    if (waits !== undefined) return verdict('WorkloadsReady', 'False', 'ProductNotReady', waits);
    const list = seen.components.map(({ name, ready, desired }) => `${name} ${ready}/${desired}`).join(', ');
    return verdict('WorkloadsReady', 'True', 'PodsReady', list === '' ? 'nothing to run' : list);
  }
  const list = open.map(({ name, ready, desired, message }) => `${name} ${ready}/${desired}: ${message ?? 'starting'}`).join('; ');
  return verdict('WorkloadsReady', 'False', 'PodsNotReady', list);
}

/** What the products keep waiting for; undefined when all answer and hold what they shall. */
function productsOpen({ asked = [] }: Plan): string | undefined {
  const waits = asked.map(productWaits).filter((text) => text !== undefined);
  return waits.length === 0 ? undefined : waits.join('; ');
}

/** Links asked for by name must be there; those found by a selector never hold anything up. */
function wiringReady(wires: readonly Wire[]): Verdict {
  const missing = wires.filter(({ required, state }) => required === true && state !== 'Active');
  if (missing.length > 0) {
    const reason = missing.some(({ state }) => state === 'Denied') ? 'ReferenceDenied' : 'ReferenceMissing';
    return verdict('WiringReady', 'False', reason, missing.map(({ why, to }) => why ?? to).join('; '));
  }
  const active = wires.filter(({ state }) => state === 'Active').length;
  const count = active === wires.length ? `${active}` : `${active} of ${wires.length}`;
  return verdict('WiringReady', 'True', 'Wired', wires.length === 0 ? 'no links' : `${count} ${wires.length === 1 ? 'link' : 'links'} active`);
}

/** `blocked`: what somebody has to mend before anything is applied. */
function retentionApplied(plan: Plan, blocked: Verdict | undefined, workloads: Verdict): Verdict[] {
  if (plan.retention.length === 0) return [];
  const [product] = plan.asked?.filter(({ retains, applied }) => retains && !applied) ?? [];
  if (plan.apply && product) return [verdict('RetentionApplied', 'False', blocked?.reason ?? 'ProductNotReady', `${product.id} does not hold this retention yet`)];
  if (blocked) return [verdict('RetentionApplied', 'Unknown', blocked.reason, `the spec is not applied while ${blocked.type} is False`)];
  if (workloads.status !== 'True') return [verdict('RetentionApplied', 'False', 'RollingOut', 'pods with this retention are not all ready yet')];
  const rows = plan.retention.map(({ signal, wanted }) => (wanted === 'forever' ? `${signal} are never deleted` : `${signal} are kept for ${wanted}`));
  return [verdict('RetentionApplied', 'True', 'Applied', rows.join(', '))];
}

const isBlocked = ({ status, reason }: Verdict): boolean => status === 'False' && needsUser(reason);

const messages = (found: readonly Verdict[]): string => found.map(({ message }) => message).join('; ');

/** What keeps it from being ready: first what somebody has to mend, then what is false, then what is not known yet. */
function openGates(gates: readonly Verdict[]): Verdict[] {
  const rank = (gate: Verdict): number => (isBlocked(gate) ? 0 : gate.status === 'False' ? 1 : 2);
  return gates.filter(({ status }) => status !== 'True').sort((a, b) => rank(a) - rank(b));
}

/**
 * Ready, and why not: what somebody has to mend where there is such a thing, and nothing beside it. Stalled needs a user,
 * Reconciling needs time; each is there only while true.
 */
function summary(gates: readonly Verdict[]): Verdict[] {
  const open = openGates(gates);
  const [first] = open;
  if (!first) return [verdict('Ready', 'True', 'Ready', 'everything asked for runs')];
  const blocked = open.filter(isBlocked);
  const message = messages(blocked.length > 0 ? blocked : open);
  return [verdict('Ready', 'False', first.reason, message), verdict(blocked.length > 0 ? 'Stalled' : 'Reconciling', 'True', first.reason, message)];
}

/** Nothing could be made of the spec, so there is nothing to say of what it asks for. */
function withoutPlan(config: Verdict): Verdict[] {
  const unknown = (['StorageReady', 'WorkloadsReady', 'WiringReady'] as const).map((type) =>
    verdict(type, 'Unknown', 'NotRendered', 'the spec is invalid: what runs was left as it is'));
  return [...summary([config]), config, ...unknown];
}

/** All conditions of a resource, without times. */
export function verdicts(plan: Plan, findings: readonly Finding[], seen: Seen): Verdict[] {
  if (plan.unmanaged) {
    return [verdict('Ready', 'Unknown', 'Unmanaged', 'spec.managementState is Unmanaged: the operator leaves everything as it is')];
  }
  const config = configValid(findings);
  if (!plan.rendered) return withoutPlan(config);
  const storage = storageReady(plan, findings, seen);
  const workloads = workloadsReady(plan, findings, seen);
  const wiring = wiringReady(plan.wires);
  const blocked = [config, storage, workloads].find(isBlocked);
  return [...summary([config, storage, workloads, wiring]), config, storage, workloads, wiring, ...retentionApplied(plan, blocked, workloads)];
}

/** Gives verdicts their time: that of the earlier condition unless the status flips. */
export const stamped = (found: readonly Verdict[], earlier: readonly Condition[], { generation, now }: { generation: number; now: string }): Condition[] =>
  found.map((item) => {
    const before = earlier.find(({ type }) => type === item.type);
    const lastTransitionTime = before?.status === item.status ? before.lastTransitionTime : now;
    return { ...item, lastTransitionTime, observedGeneration: generation };
  });
