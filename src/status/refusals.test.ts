import { describe, expect, it } from '@jest/globals';
import { type Refusal, refusalFinding } from './refusals.ts';

const ref = { kind: 'StatefulSet', namespace: 'obs', name: 'logs-loki' };

describe('a refusal', () => {
  it.each<[Refusal, string, string]>([
    [{ ref, reason: 'Invalid', message: 'spec.x: bad' }, 'ChildInvalid', 'StatefulSet logs-loki is refused, mend the override that leads to it (podTemplate, labels, annotations and the like): spec.x: bad'],
    [{ ref, reason: 'Forbidden', message: 'quota' }, 'ChildForbidden', 'StatefulSet logs-loki is forbidden, remove the cause (a quota, a policy, a missing right); it is tried again every minute: quota'],
    [{ ref, reason: 'NameTaken', message: 'StatefulSet logs-loki exists, and it belongs to X y' }, 'NameTaken', 'StatefulSet logs-loki exists, and it belongs to X y; it is looked at again every minute'],
    [
      { ref, reason: 'Immutable', message: 'no' }, 'ChildImmutable',
      'StatefulSet logs-loki cannot be changed in place, set the field back, or have it made anew with kubectl delete statefulset logs-loki -n obs --cascade=orphan: no',
    ],
    [{ ref: { ...ref, kind: 'Secret', name: 's' }, reason: 'Invalid', message: 'Secret s lacks k: put it back' }, 'ChildInvalid', 'Secret s lacks k: put it back'],
    [
      { ref: { kind: 'ClusterRoleBinding', namespace: '', name: 'b' }, reason: 'Immutable', message: 'no' }, 'ChildImmutable',
      'ClusterRoleBinding b cannot be changed in place, set the field back, or have it made anew with kubectl delete clusterrolebinding b: no',
    ],
  ])('%j says what to do', (refusal, code, message) => {
    expect(refusalFinding(refusal)).toEqual({ code, severity: 'error', path: `${refusal.ref.kind}/${refusal.ref.name}`, message });
  });

  it('does not drown what to do in what the API server quotes', () => {
    const { message } = refusalFinding({ ref, reason: 'Immutable', message: 'x'.repeat(5000) });
    expect(message.length).toBeLessThan(1000);
    expect(message).toContain('kubectl delete statefulset logs-loki');
  });
});
