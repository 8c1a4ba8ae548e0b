import { type FixedRole, READ } from '../kit/roles.ts';
import { BEATS_ROLE } from './defaults.ts';

/** What Beats need to name pods, and Metricbeat to ask kubelets and the API server. */
export const beatsRole: FixedRole = {
  name: BEATS_ROLE,
  rules: [
    { apiGroups: [''], resources: ['pods', 'namespaces', 'nodes', 'events', 'services'], verbs: READ },
    { apiGroups: [''], resources: ['nodes/stats', 'nodes/metrics'], verbs: ['get'] },
    { apiGroups: ['apps'], resources: ['replicasets', 'deployments', 'statefulsets', 'daemonsets'], verbs: READ },
    { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: READ },
    { nonResourceURLs: ['/metrics'], verbs: ['get'] },
  ],
};
