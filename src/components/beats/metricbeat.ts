import type { MetricbeatSpec } from '../../api/collectors/beats.ts';
import { goDuration } from '../kit/duration.ts';
import type { Tree } from '../kit/merge.ts';
import { Template, variable } from './syntax.ts';

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const API_SERVER_CA = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt';

const period = (spec: MetricbeatSpec): string => goDuration(spec.period ?? '30s');

/** Kubelets sign their certificates themselves on many clusters, so they are not verified, as with metrics-server's usual flag. */
const kubelet = (spec: MetricbeatSpec): Tree => ({
  module: 'kubernetes',
  metricsets: ['node', 'system', 'pod', 'container', 'volume'],
  period: period(spec),
  hosts: [new Template('https://', variable('NODE_NAME'), ':10250')],
  bearer_token_file: TOKEN,
  'ssl.verification_mode': 'none',
  node: variable('NODE_NAME'),
  add_metadata: true,
});

const system = (spec: MetricbeatSpec): Tree => ({
  module: 'system',
  metricsets: ['cpu', 'load', 'memory', 'network', 'diskio', 'filesystem'],
  period: period(spec),
  'filesystem.ignore_types': ['tmpfs', 'overlay', 'squashfs', 'proc', 'sysfs', 'cgroup2', 'nsfs'],
});

/** What every node is asked. */
export const nodeConfig = (spec: MetricbeatSpec): Tree => ({
  'metricbeat.modules': [system(spec), kubelet(spec)],
  'system.hostfs': '/hostfs',
});

const STATE = ['state_node', 'state_deployment', 'state_daemonset', 'state_replicaset', 'state_statefulset', 'state_pod', 'state_container', 'state_job', 'state_cronjob', 'state_persistentvolumeclaim'];

const state = (spec: MetricbeatSpec): Tree[] =>
  spec.kubeStateMetrics === undefined
    ? []
    : [{ module: 'kubernetes', metricsets: STATE, period: period(spec), hosts: [spec.kubeStateMetrics], add_metadata: true }];

/** What is said once for the cluster. */
export const clusterConfig = (spec: MetricbeatSpec): Tree => ({
  'metricbeat.modules': [
    {
      module: 'kubernetes',
      metricsets: ['apiserver'],
      period: period(spec),
      hosts: [new Template('https://', variable('KUBERNETES_SERVICE_HOST'), ':', variable('KUBERNETES_SERVICE_PORT'))],
      bearer_token_file: TOKEN,
      'ssl.certificate_authorities': [API_SERVER_CA],
    },
    { module: 'kubernetes', metricsets: ['event'] },
    ...state(spec),
  ],
});
