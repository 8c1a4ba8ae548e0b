import type { Manifest } from '../../base/object.ts';
import { type Component, componentName, object } from './owner.ts';

/** A ConfigMap with files. */
export const configMap = (component: Component, data: Readonly<Record<string, string>>, suffix?: string): Manifest => ({
  ...object(component, 'v1', 'ConfigMap', suffix === undefined ? {} : { suffix }),
  data,
});

/** The ServiceAccount of a component; pods mount its token only where they ask for it. */
export const serviceAccount = (component: Component, annotations: Record<string, string> | undefined): Manifest => ({
  ...object(component, 'v1', 'ServiceAccount', annotations ? { annotations } : {}),
  automountServiceAccountToken: false,
});

/**
 * Binds the component's ServiceAccount to a ClusterRole that came with the installation. Cluster-scoped: the engine labels
 * it with the owner's UID and sweeps it.
 */
export function clusterRoleBinding(component: Component, clusterRole: string): Manifest {
  const { metadata } = object(component, 'rbac.authorization.k8s.io/v1', 'ClusterRoleBinding');
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `lgtm:${component.owner.namespace}:${metadata.name}`, labels: metadata.labels ?? {} },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
    subjects: [{ kind: 'ServiceAccount', name: componentName(component), namespace: component.owner.namespace }],
  };
}
