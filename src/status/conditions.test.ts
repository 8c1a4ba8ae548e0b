import { describe, expect, it } from '@jest/globals';
import { failure, type Finding } from '../api/finding.ts';
import type { Status, Wire } from '../api/status.ts';
import { type Seen, verdicts } from './conditions.ts';
import type { Plan } from './plan.ts';
import { transitions } from './status.ts';

const PLAN: Plan = {
  apply: true, rendered: true, unmanaged: false, findings: [], observations: [], products: [], generated: [], manifests: [], workloads: [], wires: [], endpoints: [], version: '1.0.0', storage: 'a disk',
  retention: [{ signal: 'logs', tenant: '*', wanted: '30d', maxAge: '31d', where: 'x' }],
};

const component = { name: 'loki', kind: 'StatefulSet', object: 'logs-loki', version: '1.0.0', desired: 1 };
const RUNNING: Seen = { components: [{ ...component, ready: 1 }], claims: [] };
const STARTING: Seen = { components: [{ ...component, ready: 0, message: 'pods are starting' }], claims: [] };

const secret = failure('SecretMissing', 'spec.storage.s3.secretName', 'no Secret: create it');
const wire = (state: Wire['state'], why: string): Wire => ({ from: 'a', to: 'b', what: 'datasource', state, required: true, why });

const show = (plan: Plan, findings: readonly Finding[], seen: Seen): string[] => verdicts(plan, findings, seen).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
const message = (type: string, plan: Plan, findings: readonly Finding[], seen: Seen) => verdicts(plan, findings, seen).find((verdict) => verdict.type === type)?.message;

describe('what somebody has to mend', () => {
  const denied = { ...PLAN, wires: [wire('Waiting', 'nothing there'), wire('Denied', 'not allowed: ask')] };

  it('comes before what only needs time, and stalls', () => {
    expect(show(denied, [], STARTING).slice(0, 2)).toEqual(['Ready=False ReferenceDenied', 'Stalled=True ReferenceDenied']);
    expect(show(PLAN, [secret], STARTING).slice(0, 2)).toEqual(['Ready=False SecretMissing', 'Stalled=True SecretMissing']);
  });

  it('is all that Stalled speaks of, so that pods on their way make no new event', () => {
    const before: Status = { conditions: verdicts(denied, [], STARTING).map((verdict) => ({ ...verdict, lastTransitionTime: '' })) };
    const after: Status = { conditions: verdicts(denied, [], RUNNING).map((verdict) => ({ ...verdict, lastTransitionTime: '' })) };
    expect(message('Stalled', denied, [], STARTING)).toBe('nothing there; not allowed: ask');
    expect(transitions(undefined, before)).toEqual([{ type: 'Warning', reason: 'ReferenceDenied', message: 'nothing there; not allowed: ask' }]);
    expect(transitions(before, after)).toEqual([]);
  });

  it('leaves open whether the retention that is asked for is in force', () => {
    expect(show(PLAN, [], RUNNING)).toContain('RetentionApplied=True Applied');
    expect(show(PLAN, [secret], RUNNING)).toContain('RetentionApplied=Unknown SecretMissing');
  });
});

describe('a link to nothing', () => {
  const missing = { ...PLAN, wires: [wire('Waiting', 'nothing there: make it')] };

  it('is waited for, and told in an event once', () => {
    const status: Status = { conditions: verdicts(missing, [], RUNNING).map((verdict) => ({ ...verdict, lastTransitionTime: '' })) };
    expect(show(missing, [], RUNNING).slice(0, 2)).toEqual(['Ready=False ReferenceMissing', 'Reconciling=True ReferenceMissing']);
    expect(transitions(undefined, status)).toEqual([{ type: 'Warning', reason: 'ReferenceMissing', message: 'nothing there: make it' }]);
    expect(transitions(status, status)).toEqual([]);
  });
});

describe('a spec of which nothing can be made', () => {
  it('says so, and claims nothing of pods, volumes and links', () => {
    const wrong = failure('UnsafeKey', 'spec.x', 'rename it');
    expect(show({ ...PLAN, apply: false, rendered: false }, [wrong], { components: [], claims: [] })).toEqual([
      'Ready=False UnsafeKey', 'Stalled=True UnsafeKey', 'ConfigValid=False UnsafeKey', 'StorageReady=Unknown NotRendered', 'WorkloadsReady=Unknown NotRendered', 'WiringReady=Unknown NotRendered',
    ]);
  });
});
