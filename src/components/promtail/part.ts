import type { PromtailSpec } from '../../api/collectors/promtail.ts';
import { failure, type Finding, warning } from '../../api/finding.ts';
import { ownedHits, ownedMessage } from '../kit/merge.ts';
import type { Component } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import { podSecurityFindings } from '../kit/podsecurity.ts';
import { selectorFindings } from '../kit/selector.ts';
import type { Sink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { PROMTAIL_OWNED } from './config.ts';
import { PROMTAIL_MINORS, PROMTAIL_VERSION } from './defaults.ts';
import { alloyPart } from '../alloy/part.ts';
import { positionsFolder, promtailManifests } from './manifests.ts';

const PATH = 'spec.collection.promtail';

const LEFT_BEHIND = { component: 'promtail', product: 'promtail', version: '' };

const deprecated = (): Finding =>
  warning('Deprecated', PATH, `Promtail is end-of-life since March 2026 and gets no fixes: set ${PATH}.migrateTo to alloy`);

const findings = (stage: Stage, spec: PromtailSpec): Finding[] => [
  deprecated(),
  ...(spec.version === undefined ? [] : versionFindings(`${PATH}.version`, 'Promtail', spec.version, PROMTAIL_MINORS)),
  ...ownedHits(spec.config ?? {}, PROMTAIL_OWNED).map((hit) => failure('PathOwned', `${PATH}.config.${hit.path}`, ownedMessage(`${PATH}.config`, hit))),
  ...selectorFindings(`${PATH}.podLogs.selector`, spec.podLogs?.selector),
  ...podSecurityFindings(stage.namespaceLabels, {
    namespace: stage.owner.namespace,
    path: PATH,
    what: 'pods that read files of their node',
    remedy: 'use alloy with podLogs.from: api, or put this LogStack into a namespace that allows privileged pods',
  }),
];

/** Alloy in its place: the same pods, the same labels, from where Promtail has stopped. Its image and configuration do not move. */
function migrated(stage: Stage, spec: PromtailSpec, sink: Sink): Part {
  const { version: _version, image: _image, config: _config, migrateTo: _migrateTo, podLogs, ...rest } = spec;
  const alloy = alloyPart(stage, { ...rest, podLogs: { ...podLogs, from: 'files' }, events: false }, sink, positionsFolder({ ...LEFT_BEHIND, owner: stage.owner }));
  return { ...alloy, findings: alloy.findings.map((finding) => ({ ...finding, path: PATH })) };
}

/** Collection of logs by Promtail, which writes to Loki and to nothing else. */
export function promtailPart(stage: Stage, spec: PromtailSpec, sink: Sink): Part {
  if (sink.type !== 'loki') {
    return part({ findings: [failure('SinkUnsupported', PATH, `${PATH}: Promtail writes to Loki only, not to ${sink.type}: use another collector`)] });
  }
  if (spec.migrateTo !== undefined) return migrated(stage, spec, sink);
  const version = stage.version('promtail', spec.version, PROMTAIL_VERSION);
  const component: Component = { owner: stage.owner, component: 'promtail', product: 'promtail', version };
  return part({
    manifests: promtailManifests(stage, spec, component, sink),
    workloads: [workloadPlan(component, 'DaemonSet')],
    findings: findings(stage, spec),
    talkers: [component],
  });
}
