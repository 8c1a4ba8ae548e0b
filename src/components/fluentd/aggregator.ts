import type { FluentdAggregatorSpec } from '../../api/fluentdaggregator.ts';
import type { Finding } from '../../api/finding.ts';
import { ANNOTATION } from '../../base/names.ts';
import { imageReference } from '../kit/image.ts';
import { type Component, componentName, object, type Owner, SURVIVES } from '../kit/owner.ts';
import { type GeneratedSecret, part, type Part, workloadPlan } from '../kit/part.ts';
import type { Flow } from '../kit/processor.ts';
import type { ForwardSink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { versionFindings } from '../kit/versions.ts';
import { aggregatorManifests } from './aggregator-manifests.ts';
import { FLUENTD_MINORS, FLUENTD_VERSION, FORWARD_PORT } from './defaults.ts';
import { imageWith, type Plugin, pluginFor } from './images.ts';
import { bufferFindings, imageFindings, retryFindings } from './validate.ts';

const PATH = 'spec.processing.fluentd';
const SHARED_KEY = 'shared-key';

/** Where collectors of a stack send to while a Fluentd aggregates. */
export const forwardSink = (owner: Owner): ForwardSink => ({
  type: 'forward',
  host: `${owner.name}-fluentd-agg.${owner.namespace}.svc`,
  port: FORWARD_PORT.port,
  sharedKey: { secret: `${owner.name}-fluentd-agg`, key: SHARED_KEY },
});

const plugins = ({ from, to }: Flow): Plugin[] => [...pluginFor(to), ...(from ? pluginFor(from) : [])];

const findings = (spec: FluentdAggregatorSpec, flow: Flow): Finding[] => [
  ...imageFindings({ path: PATH, plugins: plugins(flow), instead: 'leave out buffer.kafka, so that collectors send to it directly' }, spec.image),
  ...(spec.version === undefined ? [] : versionFindings(`${PATH}.version`, 'Fluentd', spec.version, FLUENTD_MINORS)),
  ...bufferFindings(`${PATH}.storage.size`, spec.storage?.size),
  ...retryFindings(`${PATH}.retryFor`, spec.retryFor),
];

/** Both ends prove by it that they are of this stack. Made once; it survives, as it must fit on both sides. */
function sharedKey(component: Component): GeneratedSecret {
  const base = object(component, 'v1', 'Secret', { annotations: { ...SURVIVES, [ANNOTATION.generated]: SHARED_KEY } });
  return { manifest: { ...base, type: 'Opaque' }, keys: { [SHARED_KEY]: 48 } };
}

/** Users of the images; of an image of the user's own, that of the official ones is taken. */
const USER = { uid: 999, gid: 999 };

interface Chosen {
  image: string;
  metrics: boolean;
  user: { uid: number; gid: number };
}

/** The user's image, else that of the catalogue, if it has one. */
function chosenImage(stage: Stage, spec: FluentdAggregatorSpec, flow: Flow, version: string): Chosen | undefined {
  if (spec.image !== undefined) return { image: spec.image, metrics: false, user: USER };
  const image = imageWith(plugins(flow));
  if (!image) return undefined;
  const reference = imageReference(image.repository, image.tag(version), { registry: stage.images?.registry });
  return { image: reference, metrics: image.plugins.includes('prometheus'), user: image.user };
}

/** A Fluentd between the collectors, or Kafka, and the store. */
export function fluentdAggregatorPart(stage: Stage, spec: FluentdAggregatorSpec, flow: Flow): Part {
  const found = findings(spec, flow);
  const version = stage.version('fluentd-agg', spec.version, FLUENTD_VERSION);
  const chosen = chosenImage(stage, spec, flow, version);
  if (!chosen) return part({ findings: found });
  const component: Component = { owner: stage.owner, component: 'fluentd-agg', product: 'fluentd', version };
  return part({
    manifests: aggregatorManifests({ stage, spec, flow, component, ...chosen, sharedKey: forwardSink(stage.owner).sharedKey }),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: found,
    generated: flow.from ? [] : [sharedKey(component)],
    volumes: [{ workload: componentName(component), path: `${PATH}.storage` }],
    talkers: [component],
  });
}
