import { describe, expect, it } from '@jest/globals';
import { K8S } from '../base/resources.ts';
import { collectionPath, objectPath } from './paths.ts';

const name = { namespace: 'team-a', name: 'x' };

describe('paths', () => {
  it('tells the core group from the others', () => {
    expect(objectPath(K8S.ConfigMap, name)).toBe('/api/v1/namespaces/team-a/configmaps/x');
    expect(objectPath(K8S.Deployment, name, 'status')).toBe('/apis/apps/v1/namespaces/team-a/deployments/x/status');
  });

  it('leaves the namespace out for cluster-scoped kinds and for all namespaces', () => {
    expect(objectPath(K8S.ClusterRoleBinding, name)).toBe('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/x');
    expect(collectionPath(K8S.Pod)).toBe('/api/v1/pods');
    expect(collectionPath(K8S.Pod, 'n')).toBe('/api/v1/namespaces/n/pods');
    expect(collectionPath(K8S.Namespace, 'n')).toBe('/api/v1/namespaces');
  });

  it('encodes names', () => {
    expect(objectPath(K8S.ClusterRoleBinding, { namespace: '', name: 'system:a/b?' })).toMatch(/system%3Aa%2Fb%3F$/);
  });

  it.each(['', '.', '..'])('never lets the name "%s" address something else', (bad) => {
    expect(() => objectPath(K8S.ConfigMap, { namespace: 'n', name: bad })).toThrow(TypeError);
    expect(() => objectPath(K8S.ConfigMap, { namespace: bad, name: 'x' })).toThrow(TypeError);
  });
});
