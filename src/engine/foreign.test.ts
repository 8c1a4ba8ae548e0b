import { describe, expect, it } from '@jest/globals';
import type { KubeObject, ManagedFieldsEntry } from '../base/object.ts';
import { compact, foreignManagers } from './foreign.ts';

const object = (...managedFields: ManagedFieldsEntry[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'n', managedFields },
});

const spec = { 'f:spec': { 'f:replicas': {} } };

describe('compact', () => {
  it('drops managedFields and keeps the rest', () => {
    const next = compact({ ...object({ manager: 'x', fieldsV1: spec }), data: { a: '1' } } as KubeObject);
    expect(next).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n' }, data: { a: '1' } });
  });

  it('returns an object without managedFields as it is', () => {
    const bare: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    expect(compact(bare)).toBe(bare);
    expect(foreignManagers(bare)).toEqual([]);
  });

  it('remembers who else set which fields', () => {
    const fieldsV1 = {
      'f:metadata': { 'f:annotations': { '.': {}, 'f:team/x': {} } },
      'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"loki"}': { '.': {}, 'f:image': {} } } } } },
      'f:set': { 'v:"finalizer"': {} },
    };
    expect(foreignManagers(compact(object({ manager: 'kubectl-edit', operation: 'Update', fieldsV1 })))).toEqual([
      { manager: 'kubectl-edit', fields: ['metadata.annotations.team/x', 'spec.template.spec.containers[name=loki].image', 'set["finalizer"]'] },
    ]);
  });

  it('leaves out ourselves, status and Kubernetes', () => {
    const next = compact(
      object(
        { manager: 'lgtm-operator', fieldsV1: spec },
        { manager: 'kubelet', fieldsV1: spec },
        { manager: 'kube-controller-manager', fieldsV1: spec },
        { manager: 'kwok', fieldsV1: spec },
        { manager: 'somebody', subresource: 'status', fieldsV1: spec },
        { manager: 'empty', fieldsV1: {} },
        { manager: 'kubectl', subresource: 'scale', fieldsV1: spec },
      ),
    );
    expect(foreignManagers(next)).toEqual([{ manager: 'kubectl', fields: ['spec.replicas'] }]);
  });

  it('keeps five fields at most', () => {
    const fieldsV1 = { 'f:data': Object.fromEntries([...'abcdefgh'].map((k) => [`f:${k}`, {}])) };
    expect(foreignManagers(compact(object({ manager: 'x', fieldsV1 })))[0]?.fields).toHaveLength(5);
  });
});
