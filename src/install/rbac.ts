import { KINDS } from '../api/kinds.ts';
import { GROUP, LABEL, MANAGER } from '../base/names.ts';
import type { Manifest, ResourceType } from '../base/object.ts';
import { CHILD_TYPES, K8S } from '../base/resources.ts';
import type { PolicyRule } from '../components/kit/roles.ts';
import { FIXED_ROLES } from '../components/roles.ts';

/** Roles that come with the installation, generated from what the code can render and watch. */

/** Kinds that are only looked at: for readiness, for volumes, for Pod Security levels. */
const OBSERVED: readonly ResourceType[] = [K8S.Pod, K8S.PersistentVolumeClaim, K8S.Namespace];

const groupOf = ({ apiVersion }: ResourceType): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'patch', 'delete'];

const rule = (type: ResourceType, verbs: readonly string[]): PolicyRule => ({ apiGroups: [groupOf(type)], resources: [type.plural], verbs });

const ownKinds = (): PolicyRule[] => {
  const plurals = Object.values(KINDS).map(({ resource }) => resource.plural);
  return [
    { apiGroups: [GROUP], resources: plurals, verbs: READ },
    { apiGroups: [GROUP], resources: plurals.map((plural) => `${plural}/status`), verbs: ['patch'] },
    // Needed for blockOwnerDeletion where OwnerReferencesPermissionEnforcement is on.
    { apiGroups: [GROUP], resources: plurals.map((plural) => `${plural}/finalizers`), verbs: ['update'] },
  ];
};

/** What the operator may do. It may bind the collectors' roles and no other, and never escalate. */
export const operatorRules = (): PolicyRule[] => [
  ...ownKinds(),
  ...CHILD_TYPES.map((type) => rule(type, [...READ, ...WRITE])),
  ...OBSERVED.map((type) => rule(type, READ)),
  rule(K8S.Event, ['create', 'patch']),
  rule(K8S.Lease, ['get', 'list', 'watch', 'create', 'update', 'patch']),
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['bind'], resourceNames: FIXED_ROLES.map(({ name }) => name) },
];

const clusterRole = (name: string, rules: readonly PolicyRule[]): Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels: { [LABEL.name]: MANAGER, [LABEL.partOf]: MANAGER } },
  rules,
});

/** Namespace, ServiceAccount, roles and binding of an installation that watches the whole cluster. */
export const installation = (namespace: string): Manifest[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: MANAGER, namespace } },
  ...FIXED_ROLES.map(({ name, rules }) => clusterRole(name, rules)),
  clusterRole(MANAGER, operatorRules()),
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: MANAGER },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: MANAGER },
    subjects: [{ kind: 'ServiceAccount', name: MANAGER, namespace }],
  },
];
