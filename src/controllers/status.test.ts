import { describe, expect, it } from '@jest/globals';
import type { LogStack } from '../api/kinds.ts';
import type { Status } from '../api/status.ts';
import type { KubeObject, Manifest } from '../base/object.ts';
import { planLogStack } from './logstack/index.ts';
import { logStack, viewOf } from '../testing/resources.ts';
import type { Plan } from '../status/plan.ts';
import { buildStatus, type Outcome, transitions } from '../status/status.ts';
import type { Observed } from '../status/workloads.ts';

const NOTHING: Outcome = { refusals: [], foreign: [] };
const T1 = '2026-11-22T10:00:00Z';
const T2 = '2026-11-22T11:00:00Z';

const planFor = (stack: LogStack): Plan => planLogStack(stack, viewOf({ resources: [stack] }));

/** Workloads of a plan as their controllers leave them when all is well. */
const running = (plan: Plan, over: object = {}): KubeObject[] =>
  plan.manifests
    .filter(({ kind }) => kind.endsWith('Set'))
    .map((manifest: Manifest) => ({
      ...manifest,
      metadata: { ...manifest.metadata, generation: 3 },
      status: {
        observedGeneration: 3, readyReplicas: 1, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'a', numberReady: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, ...over,
      },
    }));

const observe = (children: readonly KubeObject[], pods: readonly object[] = [], claims: readonly object[] = []): Observed => ({
  child: (kind, namespace, name) => children.find((c) => c.kind === kind && c.metadata.name === name && c.metadata.namespace === namespace),
  pods: () => pods as KubeObject[],
  claims: () => claims as KubeObject[],
});

const statusOf = (stack: LogStack, observed: Observed, outcome = NOTHING, now = T1): Status => buildStatus({ resource: stack, plan: planFor(stack), observed, outcome, now });

const show = (status: Status): string[] => (status.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value} ${reason}`);

describe('a stack', () => {
  const stack = logStack({ retention: '30d' });
  const good = observe(running(planFor(stack)));

  it('is not ready before its pods are', () => {
    expect(show(statusOf(stack, observe([])))).toEqual([
      'Ready=False PodsNotReady', 'Reconciling=True PodsNotReady', 'ConfigValid=True Valid', 'StorageReady=Unknown VolumesPending', 'WorkloadsReady=False PodsNotReady', 'WiringReady=True Wired', 'RetentionApplied=False RollingOut',
    ]);
  });

  it('is ready when every pod of the newest revision is', () => {
    const status = statusOf(stack, good);
    expect(show(status)).toEqual(['Ready=True Ready', 'ConfigValid=True Valid', 'StorageReady=True StorageFound', 'WorkloadsReady=True PodsReady', 'WiringReady=True Wired', 'RetentionApplied=True Applied']);
    expect(status.retention).toEqual([{ signal: 'logs', tenant: '*', where: 'limits_config.retention_period', wanted: '30d', inForce: '30d', maxAge: '30d4h10m' }]);
  });

  it.each<[string, object]>([
    ['the controller has not seen the newest spec', { observedGeneration: 2 }],
    ['an old revision still runs', { updatedReplicas: 0, updateRevision: 'b' }],
    ['a pod is not ready', { readyReplicas: 0 }],
    ['nothing is known', { observedGeneration: undefined, readyReplicas: undefined }],
  ])('is not ready while %s', (_case, over) => {
    expect(show(statusOf(stack, observe(running(planFor(stack), over))))[0]).toBe('Ready=False PodsNotReady');
  });

  it('says which pod is the cause, and why', () => {
    const pod = {
      metadata: { name: 'logs-loki-0' },
      status: { containerStatuses: [{ name: 'loki', state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } }, lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }] },
    };
    const status = statusOf(stack, observe(running(planFor(stack), { readyReplicas: 0 }), [pod]));
    expect(status.conditions?.[0]?.message).toContain('pod logs-loki-0: container loki: CrashLoopBackOff: last ended with OOMKilled (exit code 137)');
  });

  it('is not ready while a volume is not bound', () => {
    const claim = { metadata: { name: 'data-logs-loki-0' }, status: { phase: 'Pending' } };
    expect(show(statusOf(stack, observe(running(planFor(stack)), [], [claim])))[0]).toBe('Ready=False VolumesPending');
  });

  it('keeps what is in force until the new retention runs', () => {
    const before = { ...stack, status: statusOf(stack, good) };
    const changed = { ...before, spec: { ...before.spec, retention: '60d' } };
    const status = statusOf(changed, observe(running(planFor(changed), { observedGeneration: 2 })));
    expect(status.retention?.[0]).toMatchObject({ wanted: '60d', inForce: '30d' });
  });

  it('is the same a while later, to the letter', () => {
    const before = statusOf(stack, good, NOTHING, T1);
    expect(statusOf({ ...stack, status: before }, good, NOTHING, T2)).toEqual(before);
  });

  it('moves only the time of conditions that flip', () => {
    const before = statusOf(stack, good, NOTHING, T1);
    const after = statusOf({ ...stack, status: before }, observe(running(planFor(stack), { readyReplicas: 0 })), NOTHING, T2);
    const times = Object.fromEntries((after.conditions ?? []).map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
    expect(times).toMatchObject({ Ready: T2, WorkloadsReady: T2, ConfigValid: T1, WiringReady: T1 });
  });

  it('reports what the API server refused, and what others set', () => {
    const ref = { kind: 'StatefulSet', namespace: 'obs', name: 'logs-loki' };
    const status = statusOf(stack, good, { refusals: [{ ref, reason: 'Invalid', message: 'spec.template: bad' }], foreign: [{ ref, manager: 'kubectl-edit', fields: ['metadata.labels.x'] }] });
    expect(show(status)).toContain('ConfigValid=False ChildInvalid');
    expect(show(status)).toContain('Stalled=True ChildInvalid');
    expect(status.warnings?.[0]).toMatchObject({ code: 'ForeignFields', path: 'StatefulSet/logs-loki' });
  });

  it('stalls on what only a user can mend, and says which field', () => {
    const wrong = logStack({ storage: { type: 's3', s3: { bucket: 'logs', region: 'eu', secretName: 'none' } } });
    const status = statusOf(wrong, observe([]));
    expect(show(status)).toContain('StorageReady=False SecretMissing');
    expect(show(status)).toContain('Stalled=True SecretMissing');
    expect(status.conditions?.[0]?.message).toContain('spec.storage.s3.secretName');
  });

  it('that is unmanaged says so, and nothing else', () => {
    expect(show(statusOf(logStack({ managementState: 'Unmanaged' }), good))).toEqual(['Ready=Unknown Unmanaged']);
  });
});

describe('events', () => {
  const stack = logStack();
  const ready = statusOf(stack, observe(running(planFor(stack))));
  const starting = statusOf(stack, observe([]));
  const stalled = statusOf(logStack({ storage: { type: 's3', s3: { bucket: 'logs', region: 'eu', secretName: 'none' } } }), observe([]));

  it('mark transitions and nothing else', () => {
    const reasons = (before: Status | undefined, after: Status) => transitions(before, after).map(({ type, reason }) => `${type} ${reason}`);
    expect(reasons(undefined, starting)).toEqual([]);
    expect(reasons(starting, ready)).toEqual(['Normal Ready']);
    expect(reasons(ready, ready)).toEqual([]);
    expect(reasons(ready, starting)).toEqual(['Warning PodsNotReady']);
    expect(reasons(starting, stalled)).toEqual(['Warning SecretMissing']);
    expect(reasons(stalled, stalled)).toEqual([]);
  });
});
