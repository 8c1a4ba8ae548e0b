import type { ResourceType } from './object.ts';

const type = (apiVersion: string, kind: string, plural: string, namespaced = true): ResourceType => ({
  apiVersion,
  kind,
  plural,
  namespaced,
});

/** Kinds of Kubernetes itself that this operator renders, watches or reads. */
export const K8S = {
  Namespace: type('v1', 'Namespace', 'namespaces', false),
  ConfigMap: type('v1', 'ConfigMap', 'configmaps'),
  Secret: type('v1', 'Secret', 'secrets'),
  Service: type('v1', 'Service', 'services'),
  ServiceAccount: type('v1', 'ServiceAccount', 'serviceaccounts'),
  Pod: type('v1', 'Pod', 'pods'),
  PersistentVolumeClaim: type('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  StatefulSet: type('apps/v1', 'StatefulSet', 'statefulsets'),
  Deployment: type('apps/v1', 'Deployment', 'deployments'),
  DaemonSet: type('apps/v1', 'DaemonSet', 'daemonsets'),
  Job: type('batch/v1', 'Job', 'jobs'),
  PodDisruptionBudget: type('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  NetworkPolicy: type('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  Ingress: type('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  Role: type('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  RoleBinding: type('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  ClusterRoleBinding: type('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', false),
  Lease: type('coordination.k8s.io/v1', 'Lease', 'leases'),
  Event: type('events.k8s.io/v1', 'Event', 'events'),
} as const;

export type K8sKind = keyof typeof K8S;

/**
 * Kinds that components render, now or in an earlier version: what the engine watches, applies and prunes, and what the
 * operator's role allows.
 */
export const CHILD_TYPES: readonly ResourceType[] = [
  K8S.ServiceAccount,
  K8S.ClusterRoleBinding,
  K8S.ConfigMap,
  K8S.Secret,
  K8S.Service,
  K8S.NetworkPolicy,
  K8S.PodDisruptionBudget,
  K8S.StatefulSet,
  K8S.DaemonSet,
  K8S.Deployment,
  K8S.Job,
  K8S.Ingress,
];
