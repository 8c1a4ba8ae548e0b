import type { AuditbeatSpec, FilebeatSpec, HeartbeatSpec, MetricbeatSpec, PacketbeatSpec } from '../../api/collectors/beats.ts';
import { failure, type Finding, warning } from '../../api/finding.ts';
import type { Component } from '../kit/owner.ts';
import { joined, part, type Part, workloadPlan } from '../kit/part.ts';
import { podSecurityFindings } from '../kit/podsecurity.ts';
import { selectorFindings } from '../kit/selector.ts';
import { datasetOf, type Sink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { ownedHits, ownedMessage, type Tree } from '../kit/merge.ts';
import { beatConfig, BEATS_OWNED } from './config.ts';
import { type Beat, BEATS_MINORS, BEATS_VERSION } from './defaults.ts';
import { filebeatConfig } from './filebeat.ts';
import { beatManifests, type BeatWorkload } from './manifests.ts';
import { clusterConfig, nodeConfig } from './metricbeat.ts';
import { auditbeatConfig, heartbeatConfig, NODE_ROOT, packetbeatConfig } from './others.ts';
import { outputFor, type Stream } from './output.ts';
import { toBeatYaml } from './syntax.ts';

const pathOf = (beat: Beat): string => `spec.collection.${beat}`;

/** Metrics have streams of their own; of the rest, pod logs go to the stack's main stream and each other beat to one of its own. */
function streamOf(beat: Beat, stage: Stage, sink: Sink): Stream {
  const dataset = sink.type === 'elasticsearch' ? sink.dataset : datasetOf(stage.owner);
  const main = sink.type === 'elasticsearch' ? sink.dataNamespace : 'default';
  if (beat === 'metricbeat') return { type: 'metrics', dataset, namespace: main };
  return { type: 'logs', dataset, namespace: beat === 'filebeat' ? main : beat };
}

const unsupported = (beat: Beat, sink: Sink): Finding => {
  const remedy = sink.type === 'loki' ? 'use alloy, or backend elasticsearch' : 'send through processing.logstash instead';
  return failure('SinkUnsupported', pathOf(beat), `${pathOf(beat)}: Beats cannot write to ${sink.type === 'loki' ? 'Loki' : 'a Fluentd aggregator'}: ${remedy}`);
};

type Shape = Pick<BeatWorkload, 'spec' | 'onNode' | 'api'> & Partial<Pick<BeatWorkload, 'host' | 'security' | 'pod'>> & {
  beat: Beat;
  /** Name of the component, where it is not that of the beat. */
  name?: string;
  own: object;
};

/** One workload of a beat. */
function workload(stage: Stage, sink: Sink, version: string, shape: Shape): Part {
  const { beat, own, name = beat, ...rest } = shape;
  const stream = streamOf(beat, stage, sink);
  const output = outputFor(sink, stream);
  if (!output) return part({ findings: [unsupported(beat, sink)] });
  const component: Component = { owner: stage.owner, component: name, product: beat, version };
  const config = toBeatYaml(beatConfig(beat, { ...own, config: rest.spec.config ?? {} }, output, stream));
  return part({
    manifests: beatManifests(stage, { ...rest, beat, component, config, output }),
    workloads: [workloadPlan(component, rest.onNode ? 'DaemonSet' : 'Deployment')],
    talkers: [component],
  });
}

const versionOf = (stage: Stage, beat: Beat, spec: { version?: string | undefined }): string => stage.version(beat, spec.version, BEATS_VERSION);

interface Common {
  version?: string | undefined;
  config?: Tree | undefined;
}

const common = (beat: Beat, { version, config = {} }: Common): Finding[] => [
  ...(version === undefined ? [] : versionFindings(`${pathOf(beat)}.version`, beat, version, BEATS_MINORS)),
  ...ownedHits(config, BEATS_OWNED).map((hit) => failure('PathOwned', `${pathOf(beat)}.config.${hit.path}`, ownedMessage(`${pathOf(beat)}.config`, hit))),
];

const privileged = (stage: Stage, beat: Beat, what: string): Finding[] =>
  podSecurityFindings(stage.namespaceLabels, {
    namespace: stage.owner.namespace, path: pathOf(beat), what, remedy: 'put this LogStack into a namespace that allows privileged pods, or leave this beat out',
  });

const withFindings = (found: readonly Finding[], one: Part): Part => joined([part({ findings: found }), one]);

const folder = (name: string, path: string, mountPath = path) => ({
  volumes: [{ name, hostPath: { path } }], mounts: [{ name, mountPath, readOnly: true }],
});

export function filebeatPart(stage: Stage, spec: FilebeatSpec, sink: Sink): Part {
  const found = [
    ...common('filebeat', spec),
    ...selectorFindings(`${pathOf('filebeat')}.podLogs.selector`, spec.podLogs?.selector),
    ...privileged(stage, 'filebeat', 'pods that read files of their node'),
  ];
  const shape: Shape = { beat: 'filebeat', spec, own: filebeatConfig(spec, stage.owner), onNode: true, api: true, host: folder('varlog', '/var/log') };
  return withFindings(found, workload(stage, sink, versionOf(stage, 'filebeat', spec), shape));
}

export function metricbeatPart(stage: Stage, spec: MetricbeatSpec, sink: Sink): Part {
  const version = versionOf(stage, 'metricbeat', spec);
  const found = [...common('metricbeat', spec), ...privileged(stage, 'metricbeat', 'pods that read files of their node')];
  const node = workload(stage, sink, version, { beat: 'metricbeat', spec, own: nodeConfig(spec), onNode: true, api: true, host: folder('node', '/', NODE_ROOT) });
  if (node.findings.length > 0) return withFindings(found, node);
  const cluster = workload(stage, sink, version, { beat: 'metricbeat', name: 'metricbeat-cl', spec, own: clusterConfig(spec), onNode: false, api: true });
  return withFindings(found, joined([node, cluster]));
}

export function packetbeatPart(stage: Stage, spec: PacketbeatSpec, sink: Sink): Part {
  const found = [...common('packetbeat', spec), ...privileged(stage, 'packetbeat', 'pods in the network of their node')];
  const shape: Shape = {
    beat: 'packetbeat', spec, own: packetbeatConfig(spec), onNode: true, api: false,
    security: { capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] } },
    pod: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
  };
  return withFindings(found, workload(stage, sink, versionOf(stage, 'packetbeat', spec), shape));
}

export function heartbeatPart(stage: Stage, spec: HeartbeatSpec, sink: Sink): Part {
  const idle = (spec.monitors ?? []).every(({ http, tcp }) => http === undefined && tcp === undefined);
  const path = `${pathOf('heartbeat')}.monitors`;
  const found = [
    ...common('heartbeat', spec),
    ...(idle ? [warning('CollectsNothing', path, `${path} names nothing to ask: add a monitor with http or tcp, or remove heartbeat`)] : []),
  ];
  const shape: Shape = { beat: 'heartbeat', spec, own: heartbeatConfig(spec), onNode: false, api: false };
  return withFindings(found, workload(stage, sink, versionOf(stage, 'heartbeat', spec), shape));
}

export function auditbeatPart(stage: Stage, spec: AuditbeatSpec, sink: Sink): Part {
  const found = [...common('auditbeat', spec), ...privileged(stage, 'auditbeat', 'pods that read files of their node')];
  const shape: Shape = {
    beat: 'auditbeat', spec, own: auditbeatConfig(spec), onNode: true, api: false, host: folder('node', '/', NODE_ROOT),
    security: { capabilities: { drop: ['ALL'], add: ['AUDIT_CONTROL', 'AUDIT_READ'] } },
    pod: { hostPID: true },
  };
  return withFindings(found, workload(stage, sink, versionOf(stage, 'auditbeat', spec), shape));
}
