import { LOG_COLLECTOR_ROLE } from './alloy/defaults.ts';
import { beatsRole } from './beats/roles.ts';
import { type FixedRole, READ } from './kit/roles.ts';
import { METRICS_COLLECTOR_ROLE } from './prometheus/defaults.ts';

/** What a collector of logs needs: to find pods, to read their logs where it reads through the API, and to follow events. */
const logCollector: FixedRole = {
  name: LOG_COLLECTOR_ROLE,
  rules: [
    { apiGroups: [''], resources: ['pods', 'namespaces', 'nodes'], verbs: READ },
    { apiGroups: [''], resources: ['pods/log'], verbs: READ },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: READ },
  ],
};

/**
 * What a collector of metrics needs: to find targets, to read the metrics of kubelets and of the API server, and the monitors of the
 * Prometheus operator. No Secrets, and no proxy through the API server.
 */
const metricsCollector: FixedRole = {
  name: METRICS_COLLECTOR_ROLE,
  rules: [
    { apiGroups: [''], resources: ['nodes', 'pods', 'services', 'endpoints', 'namespaces'], verbs: READ },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
    { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
    { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    { apiGroups: ['monitoring.coreos.com'], resources: ['servicemonitors', 'podmonitors', 'prometheusrules'], verbs: READ },
  ],
};

/** Every ClusterRole that collectors are bound to: a component that needs another one adds it here. */
export const FIXED_ROLES: readonly FixedRole[] = [logCollector, beatsRole, metricsCollector];
