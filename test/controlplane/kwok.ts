import { dump } from 'js-yaml';
import type { Manifest } from '../../src/base/object.ts';

/** Annotation on a simulated pod: with any value, the pod never becomes ready. For tests of what happens while something is not. */
export const HOLD = 'lgtm-operator.io/simulated-hold';

interface Stage {
  kind: 'Node' | 'Pod';
  name: string;
  when: readonly Condition[];
  step: object;
}

/** `key` is a jq expression. */
interface Condition {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: readonly string[];
}

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';

const alive: Condition = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };

const status = (template: string): object => ({ patch: { subresource: 'status', root: 'status', type: 'strategic', template } });

const NODE_READY = `
phase: Running
conditions:
{{ range NodeConditions }}
- type: {{ .type }}
  status: {{ .status | Quote }}
  reason: {{ .reason }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ Now | Quote }}
{{ end }}
nodeInfo:
  architecture: amd64
  operatingSystem: linux
  osImage: simulated
  kernelVersion: simulated
  containerRuntimeVersion: kwok://{{ Version }}
  kubeletVersion: kwok-{{ Version }}
  kubeProxyVersion: ""
  bootID: ""
  machineID: ""
  systemUUID: ""
`;

const POD_RUNNING = `
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
conditions:
{{ range list "PodReadyToStartContainers" "Initialized" "ContainersReady" "Ready" }}
- { type: {{ . }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: simulated
  ready: true
  restartCount: 0
  {{ if eq (or .restartPolicy "") "Always" }}
  started: true
  state: { running: { startedAt: {{ $now | Quote }} } }
  {{ else }}
  started: false
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
  {{ end }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: simulated
  ready: true
  started: true
  restartCount: 0
  state: { running: { startedAt: {{ $now | Quote }} } }
{{ end }}
hostIP: {{ index (NodeIPsWith .spec.nodeName) 0 | Quote }}
{{ with PodIPsWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
`;

const POD_SUCCEEDED = `
{{ $now := Now }}
phase: Succeeded
conditions:
{{ range list "ContainersReady" "Ready" }}
- { type: {{ . }}, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: simulated
  ready: false
  started: false
  restartCount: 0
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
{{ end }}
`;

const STAGES: readonly Stage[] = [
  { kind: 'Node', name: 'node-ready', when: [{ key: READY, operator: 'NotIn', values: ['True'] }], step: status(NODE_READY) },
  {
    kind: 'Pod',
    name: 'pod-running',
    when: [
      alive,
      { key: '.status.phase', operator: 'In', values: ['Pending'] },
      { key: `.metadata.annotations["${HOLD}"]`, operator: 'DoesNotExist' },
    ],
    step: status(POD_RUNNING),
  },
  {
    kind: 'Pod',
    name: 'pod-succeeded',
    when: [
      alive,
      { key: '.status.phase', operator: 'In', values: ['Running'] },
      { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] },
    ],
    step: status(POD_SUCCEEDED),
  },
  { kind: 'Pod', name: 'pod-deleted', when: [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }], step: { delete: true } },
];

/** What kwok plays: nodes become ready; pods run at once, those of Jobs succeed; deleted pods go. (kwok itself brings no stages.) */
export function kwokConfig(): string {
  const documents = STAGES.map(({ kind, name, when, step }) => ({
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions: when }, steps: [step] },
  }));
  return documents.map((document) => dump(document)).join('---\n');
}

/** A node that exists in the API only. Three zones, taken in turn. */
export function simulatedNode(index: number): Manifest {
  const name = `node-${String(index)}`;
  const capacity = { cpu: '32', memory: '256Gi', pods: '110', 'ephemeral-storage': '1Ti' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'topology.kubernetes.io/region': 'simulated',
        'topology.kubernetes.io/zone': `zone-${'abc'.charAt(index % 3)}`,
      },
    },
    spec: { podCIDR: `10.244.${String(index)}.0/24`, podCIDRs: [`10.244.${String(index)}.0/24`] },
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address: `10.250.0.${String(index + 1)}` },
        { type: 'Hostname', address: name },
      ],
    },
  };
}
