import type { Finding } from '../api/finding.ts';
import type { Status } from '../api/status.ts';
import type { KubeObject, ResourceType } from '../base/object.ts';
import type { View } from '../base/view.ts';
import type { Controller } from '../engine/controller.ts';
import type { Plan } from '../status/plan.ts';
import { buildStatus, transitions } from '../status/status.ts';
import { EMPTY_PART } from '../components/kit/part.ts';
import { withRecord } from './versions.ts';

export type Invalid = KubeObject & { spec?: unknown; status?: Status };

const { talkers: _talkers, volumes: _volumes, ...NOTHING } = EMPTY_PART;

/** The plan for a resource that its schema refuses (an older CRD, or validation turned off): nothing is touched. */
export const invalidPlan = (resource: Invalid, findings: readonly Finding[]): Plan => ({
  apply: false,
  rendered: false,
  unmanaged: false,
  ...NOTHING,
  findings,
  observations: [],
  version: resource.status?.version ?? '',
  storage: '',
  retention: [],
});

/** Binds the pure half of a kind to the engine. */
export const bind = <T extends KubeObject>(resource: ResourceType, plan: (resource: T, view: View) => Plan): Controller<Plan> => ({
  resource,
  plan: (object, view) => withRecord(plan(object as T, view), object),
  status: (object, planned, seen) => buildStatus({ resource: object, plan: planned, ...seen }),
  notes: (before, after) => transitions(before, after),
});
