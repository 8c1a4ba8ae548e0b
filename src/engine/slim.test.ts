import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import { slimClaim, slimNamespace, slimPod, slimSecret } from './slim.ts';

const metadata = {
  name: 'p', namespace: 'n', uid: 'u', resourceVersion: '1', labels: { a: 'b' }, annotations: { big: 'x' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 's', uid: 'o' }],
  managedFields: [{ manager: 'm' }],
};

const { annotations: _a, managedFields: _m, ...kept } = metadata;

describe('slim', () => {
  it('keeps of a pod what tells why it does not run', () => {
    const pod = {
      apiVersion: 'v1', kind: 'Pod', metadata,
      spec: { nodeName: 'node', containers: [{ name: 'c', env: [] }] },
      status: {
        phase: 'Pending', podIP: '10.0.0.1', reason: 'Evicted', message: 'gone',
        conditions: [{ type: 'Ready', status: 'False', reason: 'R', message: 'M', lastTransitionTime: 't' }],
        containerStatuses: [
          {
            name: 'c', ready: false, restartCount: 3, image: 'i',
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
            lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, containerID: 'x' } },
          },
        ],
      },
    };
    expect(slimPod(pod)).toEqual({
      apiVersion: 'v1', kind: 'Pod', metadata: kept, spec: { nodeName: 'node' },
      status: {
        phase: 'Pending', reason: 'Evicted', message: 'gone',
        conditions: [{ type: 'Ready', status: 'False', reason: 'R', message: 'M' }],
        containerStatuses: [
          {
            name: 'c', ready: false, restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
            lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
          },
        ],
      },
    });
  });

  it('takes a pod without status or spec', () => {
    expect(slimPod({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } })).toEqual({
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {}, status: { conditions: [] },
    });
  });

  it('keeps spec and status of a claim', () => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { volumeName: 'v' }, status: { phase: 'Bound' } };
    expect(slimClaim(claim)).toEqual({ ...claim, metadata: kept });
  });

  it('keeps labels of a namespace, and versions of a Secret', () => {
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata };
    expect(slimNamespace(namespace).metadata).toEqual(kept);
    const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata };
    expect(slimSecret(secret).metadata).toEqual({ name: 'p', namespace: 'n', uid: 'u', resourceVersion: '1' });
  });
});
