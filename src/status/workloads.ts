import type { ComponentStatus } from '../api/status.ts';
import type { KubeObject } from '../base/object.ts';
import { firstProblem } from './pods.ts';
import type { WorkloadPlan } from './plan.ts';

/** What the caches hold of a resource's children; the engine has it, tests feed it. */
export interface Observed {
  child(kind: string, namespace: string, name: string): KubeObject | undefined;
  pods(namespace: string, labels: Readonly<Record<string, string>>): readonly KubeObject[];
  claims(namespace: string, labels: Readonly<Record<string, string>>): readonly KubeObject[];
}

interface WorkloadStatus {
  observedGeneration?: number;
  replicas?: number;
  readyReplicas?: number;
  updatedReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
  desiredNumberScheduled?: number;
  updatedNumberScheduled?: number;
  numberReady?: number;
  /** Of a Job. */
  succeeded?: number;
  conditions?: readonly { type: string; status: string; message?: string }[];
}

interface Workload extends KubeObject {
  spec?: { replicas?: number; completions?: number };
  status?: WorkloadStatus;
}

interface Counts {
  ready: number;
  desired: number;
  updated: number;
}

/** Pods wanted, ready, and of the newest revision. A DaemonSet wants as many as there are fitting nodes. */
const counts = (workload: Workload): Counts => (workload.kind === 'DaemonSet' ? daemonCounts(workload) : replicaCounts(workload));

const daemonCounts = ({ status: s = {} }: Workload): Counts => ({
  ready: s.numberReady ?? 0,
  desired: s.desiredNumberScheduled ?? 0,
  updated: s.updatedNumberScheduled ?? 0,
});

function replicaCounts({ spec, status: s = {} }: Workload): Counts {
  const desired = spec?.replicas ?? 1;
  // A StatefulSet whose revisions agree has no pod of an older one, whatever `updatedReplicas` says.
  const settled = s.updateRevision !== undefined && s.currentRevision === s.updateRevision;
  return { ready: s.readyReplicas ?? 0, desired, updated: settled ? desired : (s.updatedReplicas ?? 0) };
}

/** A Job that has succeeded is as ready as one can be. */
function jobStatus(row: Pick<ComponentStatus, 'name' | 'kind' | 'object' | 'version'>, plan: WorkloadPlan, job: Workload, observed: Observed): ComponentStatus {
  const desired = job.spec?.completions ?? 1;
  const ready = Math.min(job.status?.succeeded ?? 0, desired);
  if (ready >= desired) return { ...row, ready, desired };
  const failed = job.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  const message = failed ? `it has failed for good (${failed.message ?? 'no reason given'}): delete Job ${plan.name} to try again` : cause(plan, observed, false);
  return { ...row, ready, desired, message };
}

/** Whether the controller of the workload has seen what we wrote last; before that its counts speak of the past. */
const isCurrent = (workload: Workload): boolean =>
  workload.status?.observedGeneration !== undefined && workload.status.observedGeneration >= (workload.metadata.generation ?? 0);

/** One row of `status.components`, with the cause where it is not ready. */
export function componentStatus(plan: WorkloadPlan, observed: Observed): ComponentStatus {
  const row = { name: plan.component, kind: plan.kind, object: plan.name, version: plan.version };
  const workload = observed.child(plan.kind, plan.namespace, plan.name);
  if (!workload) return { ...row, ready: 0, desired: 0, message: 'not created yet' };
  if (plan.kind === 'Job') return jobStatus(row, plan, workload, observed);
  const { ready, desired, updated } = counts(workload);
  if (!isCurrent(workload)) return { ...row, ready: 0, desired, message: 'waiting for its controller to see the change' };
  const good = Math.min(ready, updated);
  if (good >= desired) return { ...row, ready: good, desired };
  return { ...row, ready: good, desired, message: cause(plan, observed, good < ready) };
}

function cause(plan: WorkloadPlan, observed: Observed, rolling: boolean): string {
  const pods = observed.pods(plan.namespace, plan.selector);
  if (pods.length === 0) return `no pod yet: if this lasts, see the events of ${plan.kind} ${plan.name} for what refuses them`;
  return firstProblem(pods) ?? (rolling ? 'pods are being replaced' : 'pods are starting');
}

/** Ready means: it exists, and every wanted pod of the newest revision is ready. Nothing wanted is ready too (no node fits). */
export const isComponentReady = (status: ComponentStatus): boolean => status.message === undefined && status.ready >= status.desired;
