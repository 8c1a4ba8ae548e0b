import { LOG_COLLECTOR_ROLE } from './alloy/defaults.ts';
import { type FixedRole, READ } from './kit/roles.ts';

/** What a collector of logs needs: to find pods, to read their logs where it reads through the API, and to follow events. */
const logCollector: FixedRole = {
  name: LOG_COLLECTOR_ROLE,
  rules: [
    { apiGroups: [''], resources: ['pods', 'namespaces', 'nodes'], verbs: READ },
    { apiGroups: [''], resources: ['pods/log'], verbs: READ },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: READ },
  ],
};

/** Every ClusterRole that collectors are bound to: a component that needs another one adds it here. */
export const FIXED_ROLES: readonly FixedRole[] = [logCollector];
