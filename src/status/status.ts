import { type Finding, isFailure, warning } from '../api/finding.ts';
import type { Condition, RetentionRow, Status } from '../api/status.ts';
import { LABEL, MANAGER } from '../base/names.ts';
import type { KubeObject, ObjectRef } from '../base/object.ts';
import { RENDER_VERSION } from '../components/kit/pod.ts';
import { stamped, type Verdict, verdicts } from './conditions.ts';
import type { Plan } from './plan.ts';
import { type Refusal, refusalFinding } from './refusals.ts';
import { componentStatus, type Observed } from './workloads.ts';

/** A child that the API server refused, and fields that somebody else sets: what the engine found when it applied. */
export interface Outcome {
  refusals: readonly Refusal[];
  foreign: readonly { ref: ObjectRef; manager: string; fields: readonly string[] }[];
}

const childPath = (ref: ObjectRef): string => `${ref.kind}/${ref.name}`;

const foreign = (outcome: Outcome): Finding[] =>
  outcome.foreign.map(({ ref, manager, fields }) =>
    warning('ForeignFields', childPath(ref), `${manager} also sets ${fields.join(', ')}: left as it is`),
  );

/** Labels by which the pods and volume claims of a resource are found. */
export const ownedLabels = (resource: KubeObject): Record<string, string> => ({
  [LABEL.managedBy]: MANAGER,
  [LABEL.ownerKind]: resource.kind,
  [LABEL.instance]: resource.metadata.name,
});

interface Facts {
  resource: KubeObject & { status?: Status };
  plan: Plan;
  observed: Observed;
  outcome: Outcome;
  /** RFC 3339. */
  now: string;
}

/**
 * A process that has just started knows nothing of products until it has asked them: what an earlier one has said of this
 * generation holds until then, and is not written twice.
 */
function remembered(plan: Plan, { metadata, status }: Facts['resource']): Plan {
  const ready = conditionIn(status, 'Ready');
  if (!plan.asked || ready?.status !== 'True' || ready.observedGeneration !== (metadata.generation ?? 0)) return plan;
  return { ...plan, asked: plan.asked.map((product) => (product.state === 'unknown' ? { ...product, state: 'reachable', applied: true } : product)) };
}

/** The whole status of a resource. Equal facts give an equal status, whatever the time, unless a condition flips. */
export function buildStatus({ resource, plan: planned, observed, outcome, now }: Facts): Status {
  const plan = remembered(planned, resource);
  const { generation = 0, namespace = '' } = resource.metadata;
  const findings = [...plan.findings, ...plan.observations, ...outcome.refusals.map(refusalFinding), ...foreign(outcome)];
  const components = plan.workloads.map((workload) => componentStatus(workload, observed));
  const found = verdicts(plan, findings, { components, claims: observed.claims(namespace, ownedLabels(resource)) });
  return withoutEmptyLists({
    observedGeneration: generation,
    conditions: stamped(found, resource.status?.conditions ?? [], { generation, now }),
    version: plan.version,
    renderVersion: RENDER_VERSION,
    components,
    endpoints: [...plan.endpoints],
    wiring: [...plan.wires],
    retention: retention(plan, resource.status, found),
    schemas: [...(plan.schemas ?? [])],
    warnings: findings.filter((finding) => !isFailure(finding)).map(({ code, path, message }) => ({ code, path, message })),
  });
}

const withoutEmptyLists = (status: Status): Status =>
  Object.fromEntries(Object.entries(status).filter(([, value]) => !Array.isArray(value) || value.length > 0));

/** What is in force is what was asked for once it runs; until then what was in force before, as far as that is known. */
function retention(plan: Plan, earlier: Status | undefined, found: readonly Verdict[]): RetentionRow[] {
  if (plan.unmanaged) return [];
  const applied = found.some(({ type, status }) => type === 'RetentionApplied' && status === 'True');
  const before = (where: string): string => earlier?.retention?.find((row) => row.where === where)?.inForce ?? 'unknown';
  return plan.retention.map((row) => ({ ...row, inForce: applied ? row.wanted : before(row.where) }));
}

/** A transition worth an event. */
export interface Note {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

const conditionIn = (status: Status | undefined, type: string) => status?.conditions?.find((condition) => condition.type === type);

/** What somebody may have to see to. A missing link is such a thing, though nothing stalls for it. */
const problems = (status: Status | undefined): Condition[] =>
  (status?.conditions ?? []).filter(({ type, status: value }) => (type === 'Stalled' && value === 'True') || (type === 'WiringReady' && value === 'False'));

/** Events for what changed: becoming ready, ceasing to be, and each new thing that needs a user. Nothing else. */
export function transitions(before: Status | undefined, after: Status): Note[] {
  const known = problems(before);
  const news = problems(after).find((now) => !known.some(({ type, reason, message }) => type === now.type && reason === now.reason && message === now.message));
  return news ? [note('Warning', news)] : readiness(conditionIn(before, 'Ready')?.status, conditionIn(after, 'Ready'));
}

const note = (type: Note['type'], { reason, message }: Condition): Note => ({ type, reason, message });

function readiness(was: Condition['status'] | undefined, ready: Condition | undefined): Note[] {
  if (!ready || ready.status === was) return [];
  if (ready.status === 'True') return [note('Normal', ready)];
  return was === 'True' ? [note('Warning', ready)] : [];
}

