import type { Status } from '../api/status.ts';
import { LABEL } from '../base/names.ts';
import type { KubeObject } from '../base/object.ts';
import type { Plan } from '../status/plan.ts';

/**
 * The version of a product: the user's, else the one that was chosen before, else ours of today. So an upgrade of the operator
 * moves nothing. What was chosen is recorded in the status, and where a restore has lost that, on the label of what runs: not
 * the other way round, since anybody who labels a workload would else move its version.
 */
export const chosenVersion = (
  wanted: string | undefined,
  running: KubeObject | undefined,
  recorded: string | undefined,
  latest: string,
): string => wanted ?? (recorded === '' ? undefined : recorded) ?? running?.metadata.labels?.[LABEL.version] ?? latest;

/** A plan that is not applied does not move the record of versions, nor make one: that record is what the next plan goes by. */
export function withRecord(plan: Plan, { status }: KubeObject & { status?: Status }): Plan {
  if (plan.apply) return plan;
  const recorded = new Map(status?.components?.map(({ name, version }) => [name, version]));
  const workloads = plan.workloads.map((workload) => ({ ...workload, version: recorded.get(workload.component) ?? '' }));
  return { ...plan, workloads, version: status?.version ?? '' };
}
