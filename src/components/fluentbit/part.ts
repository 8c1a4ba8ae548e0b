import type { FluentBitSpec } from '../../api/collectors/fluentbit.ts';
import type { Finding } from '../../api/finding.ts';
import type { Component } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import { podSecurityFindings } from '../kit/podsecurity.ts';
import { selectorFindings } from '../kit/podselector.ts';
import type { Sink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { FLUENT_BIT_MINORS, FLUENT_BIT_VERSION } from './defaults.ts';
import { fluentBitManifests } from './manifests.ts';

const PATH = 'spec.collection.fluentBit';

const findings = ({ owner, namespaceLabels }: Stage, spec: FluentBitSpec): Finding[] => [
  ...(spec.version === undefined ? [] : versionFindings(`${PATH}.version`, 'Fluent Bit', spec.version, FLUENT_BIT_MINORS)),
  ...selectorFindings(spec.podLogs?.selector, `${PATH}.podLogs`),
  ...podSecurityFindings(namespaceLabels, {
    namespace: owner.namespace,
    path: PATH,
    what: 'pods that read files of their node',
    remedy: 'put this LogStack into a namespace that allows privileged pods, or collect with alloy and podLogs.from: api',
  }),
];

/** Collection of pod logs by Fluent Bit, on every node. It speaks to every sink. */
export function fluentBitPart(stage: Stage, spec: FluentBitSpec, sink: Sink): Part {
  const found = findings(stage, spec);
  // A key that is no label key could hold what Fluent Bit expands, so it is not rendered at all.
  if (found.some(({ code }) => code === 'InvalidSelector')) return part({ findings: found });
  const version = stage.version('fluentbit', spec.version, FLUENT_BIT_VERSION);
  const component: Component = { owner: stage.owner, component: 'fluentbit', product: 'fluent-bit', version };
  return part({
    manifests: fluentBitManifests({ stage, spec, sink, component }),
    workloads: [workloadPlan(component, 'DaemonSet')],
    findings: found,
    talkers: [component],
  });
}
