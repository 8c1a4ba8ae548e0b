import type { FluentdSpec } from '../../api/collectors/fluentd.ts';
import type { Finding } from '../../api/finding.ts';
import { imageReference } from '../kit/image.ts';
import type { Component } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import { podSecurityFindings } from '../kit/podsecurity.ts';
import { selectorFindings } from '../kit/podselector.ts';
import type { Sink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { FLUENTD_MINORS, FLUENTD_VERSION } from './defaults.ts';
import { imageWith, pluginFor } from './images.ts';
import { fluentdManifests } from './manifests.ts';
import { bufferFindings, imageFindings, retryFindings } from './validate.ts';

const PATH = 'spec.collection.fluentd';

const plugins = (sink: Sink) => ['kubernetes' as const, ...pluginFor(sink)];

const findings = ({ owner, namespaceLabels }: Stage, spec: FluentdSpec, sink: Sink): Finding[] => [
  ...imageFindings({ path: PATH, plugins: plugins(sink), instead: 'set processing.fluentd: {}, which puts an aggregator between' }, spec.image),
  ...(spec.version === undefined ? [] : versionFindings(`${PATH}.version`, 'Fluentd', spec.version, FLUENTD_MINORS)),
  ...selectorFindings(spec.podLogs?.selector, `${PATH}.podLogs`),
  ...bufferFindings(`${PATH}.buffer.size`, spec.buffer?.size),
  ...retryFindings(`${PATH}.buffer.retryFor`, spec.buffer?.retryFor),
  ...podSecurityFindings(namespaceLabels, {
    namespace: owner.namespace,
    path: PATH,
    what: 'pods that read files of their node',
    remedy: 'put this LogStack into a namespace that allows privileged pods, or collect with alloy and podLogs.from: api',
  }),
];

/** Collection of pod logs by Fluentd, on every node. */
export function fluentdPart(stage: Stage, spec: FluentdSpec, sink: Sink): Part {
  const found = findings(stage, spec, sink);
  const image = imageWith(plugins(sink));
  if (image === undefined && spec.image === undefined) return part({ findings: found });
  const version = stage.version('fluentd', spec.version, FLUENTD_VERSION);
  const component: Component = { owner: stage.owner, component: 'fluentd', product: 'fluentd', version };
  return part({
    manifests: fluentdManifests({
      stage,
      spec,
      sink,
      component,
      image: imageReference(image?.repository ?? '', image?.tag(version) ?? '', { image: spec.image, registry: stage.images?.registry }),
      metrics: spec.image === undefined,
    }),
    workloads: [workloadPlan(component, 'DaemonSet')],
    findings: found,
    talkers: [component],
  });
}
