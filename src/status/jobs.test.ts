import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import type { WorkloadPlan } from './plan.ts';
import { componentStatus, isComponentReady, type Observed } from './workloads.ts';

const PLAN: WorkloadPlan = { component: 'kafka-topics', kind: 'Job', name: 'logs-kafka-topics-1', namespace: 'obs', version: '4.1.0', selector: {} };

const status = (job: object | undefined, pods: readonly object[] = []) => {
  const seen = { child: () => job as KubeObject | undefined, pods: () => pods as readonly KubeObject[], claims: () => [] } satisfies Observed;
  return componentStatus(PLAN, seen);
};

const job = (of: object) => ({ metadata: { name: PLAN.name, generation: 1 }, spec: { completions: 1 }, status: of });

describe('a Job', () => {
  it('is ready once it has succeeded, though no controller says which generation it has seen', () => {
    expect(status(job({ succeeded: 1 }))).toMatchObject({ ready: 1, desired: 1 });
    expect(isComponentReady(status(job({ succeeded: 1 })))).toBe(true);
  });

  it('is not ready before, with what keeps its pod', () => {
    const waiting = { name: 'topics', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } };
    const pod = { metadata: { name: 'p' }, status: { containerStatuses: [waiting] } };
    expect(status(undefined).message).toBe('not created yet');
    expect(status(job({}), [pod]).message).toBe('pod p: container topics: ImagePullBackOff: no such image');
    expect(isComponentReady(status(job({ active: 1 }), [pod]))).toBe(false);
  });

  it('that has failed for good says how to try again', () => {
    const failed = { conditions: [{ type: 'Failed', status: 'True', message: 'Job has reached the specified backoff limit' }] };
    expect(status(job(failed)).message).toBe('it has failed for good (Job has reached the specified backoff limit): delete Job logs-kafka-topics-1 to try again');
  });
});
