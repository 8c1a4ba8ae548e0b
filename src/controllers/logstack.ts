import { isFailure, type Finding } from '../api/finding.ts';
import { KINDS, type LogStack } from '../api/kinds.ts';
import type { LogStackSpec } from '../api/logstack.ts';
import { checkResource } from '../api/resource.ts';
import type { LokiSchemaPeriod, Wire } from '../api/status.ts';
import { type Manifest, refKey, refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { ALLOY_VERSION } from '../components/alloy/defaults.ts';
import { type AlloyInput, type AlloySpec, clusterComponent, needsCluster, needsNode, nodeComponent } from '../components/alloy/input.ts';
import { alloyManifests } from '../components/alloy/manifests.ts';
import { validateAlloy } from '../components/alloy/validate.ts';
import { grafanaComponent } from '../components/grafana/input.ts';
import { peerOf, type Peer } from '../components/kit/network.ts';
import { type Component, componentName, type Owner } from '../components/kit/owner.ts';
import { LOKI_VERSION, SCHEMA_FROM } from '../components/loki/defaults.ts';
import { lokiEndpoints, lokiPushUrl } from '../components/loki/endpoints.ts';
import { lokiComponent, type LokiInput, sizeOf, storageOf } from '../components/loki/input.ts';
import { lokiManifests } from '../components/loki/manifests.ts';
import { storageSecret } from '../components/loki/storage.ts';
import { validateLoki, validateStorageSecret } from '../components/loki/validate.ts';
import { lokiRetentionRow } from '../retention/loki.ts';
import type { Plan, WorkloadPlan } from '../status/plan.ts';
import { dashboardsOf } from '../wiring/stacks.ts';
import { bind, invalidPlan } from './bind.ts';
import { chosenVersion } from './versions.ts';
import { volumeFindings } from './volumes.ts';
import { workloadPlan } from './workload-plan.ts';

interface Scene {
  stack: LogStack;
  owner: Owner;
  view: View;
  version: string;
  alloy: AlloyInput | undefined;
}

const running = (view: View, component: Component, kind: string) => view.child(kind, component.owner.namespace, componentName(component));

function alloyInput(spec: AlloySpec, stack: LogStack, owner: Owner, view: View): AlloyInput {
  const draft = { owner, version: '' };
  const live = running(view, nodeComponent(draft), 'DaemonSet') ?? running(view, clusterComponent(draft), 'StatefulSet');
  const recorded = stack.status?.components?.find(({ name }) => name.startsWith('alloy'))?.version;
  const { images, networkPolicy, tenancy } = stack.spec;
  return {
    owner,
    version: chosenVersion(spec.version, live, recorded, ALLOY_VERSION),
    size: sizeOf(stack.spec),
    spec,
    images,
    networkPolicy,
    target: { url: lokiPushUrl(owner), tenant: tenancy?.enabled ? tenancy.tenant : undefined },
  };
}

function setting(stack: LogStack, view: View): Scene {
  const owner = { kind: stack.kind, namespace: stack.metadata.namespace ?? '', name: stack.metadata.name };
  const live = running(view, lokiComponent({ owner, version: '' }), 'StatefulSet');
  const alloy = stack.spec.collection?.alloy;
  return {
    stack,
    owner,
    view,
    version: chosenVersion(stack.spec.version, live, stack.status?.version, LOKI_VERSION),
    alloy: alloy && alloyInput(alloy, stack, owner, view),
  };
}

const alloyComponents = (alloy: AlloyInput): WorkloadPlan[] => [
  ...(needsNode(alloy.spec) ? [workloadPlan(nodeComponent(alloy), 'DaemonSet')] : []),
  ...(needsCluster(alloy.spec) ? [workloadPlan(clusterComponent(alloy), 'StatefulSet')] : []),
];

/** Who talks to the store: our collectors, and the Grafanas that have a datasource for it. */
function clients({ stack, view, alloy, owner, version }: Scene): Peer[] {
  const loki = lokiComponent({ owner, version });
  const collectors = alloy ? [nodeComponent(alloy), clusterComponent(alloy)].filter((c) => alloyComponents(alloy).some(({ name }) => name === componentName(c))) : [];
  const dashboards = dashboardsOf(stack, view).map(({ kind, metadata }) =>
    grafanaComponent({ owner: { kind, namespace: metadata.namespace ?? '', name: metadata.name }, version: '' }),
  );
  return [...collectors, ...dashboards].map((component) => peerOf(component, loki));
}

function secretHash({ stack, view, owner }: Scene): string {
  const secret = storageSecret(storageOf(stack.spec));
  const facts = secret && view.secret(owner.namespace, secret.name);
  return facts?.state === 'present' ? facts.hash : '';
}

function manifests(scene: Scene): Manifest[] {
  const input: LokiInput = {
    owner: scene.owner,
    version: scene.version,
    spec: scene.stack.spec,
    clients: clients(scene),
    secretHash: secretHash(scene),
  };
  return [...lokiManifests(input), ...(scene.alloy ? alloyManifests(scene.alloy) : [])];
}

function findings({ stack, view, owner, alloy }: Scene): Finding[] {
  return [
    ...validateLoki(stack.spec),
    ...validateStorageSecret(stack.spec, owner.namespace, (name) => view.secret(owner.namespace, name)),
    ...(alloy ? validateAlloy(alloy.spec, owner.namespace, view.namespaceLabels(owner.namespace)) : []),
  ];
}

function volumes(scene: Scene, rendered: readonly Manifest[]): Finding[] {
  const find = (component: Component): Manifest | undefined =>
    rendered.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === componentName(component));
  return [
    ...volumeFindings(find(lokiComponent(scene)), 'spec.loki.storage', scene.view),
    ...(scene.alloy ? volumeFindings(find(clusterComponent(scene.alloy)), 'spec.collection.alloy.storage', scene.view) : []),
  ];
}

/** Links of a stack as it sees them: its collectors, and the dashboards that read from it. */
function wiring({ stack, view, alloy, owner }: Scene): Wire[] {
  const self = refKey(refOf(stack));
  const collectors = (alloy ? alloyComponents(alloy) : []).map(
    ({ kind, namespace, name }): Wire => ({ from: refKey({ kind, namespace, name }), to: self, what: 'logs', state: 'Active' }),
  );
  const dashboards = dashboardsOf(stack, view).map(
    (dashboard): Wire => ({ from: refKey(refOf(dashboard)), to: refKey({ ...refOf(stack), namespace: owner.namespace }), what: 'datasource', state: 'Active' }),
  );
  return [...collectors, ...dashboards];
}

const schemas = (spec: LogStackSpec): LokiSchemaPeriod[] => [
  { from: SCHEMA_FROM, store: 'tsdb', schema: 'v13', objectStore: storageOf(spec).type },
];

function storageText(spec: LogStackSpec): string {
  const { type, s3, gcs, azure } = storageOf(spec);
  if (type === 'filesystem') return 'filesystem of the volume';
  const secret = storageSecret(storageOf(spec));
  const credentials = secret ? `credentials from Secret ${secret.name}` : 'workload identity';
  return `${type} ${s3?.bucket ?? gcs?.bucket ?? azure?.container ?? ''}, ${credentials} (not probed)`;
}

/** Everything that a LogStack asks for. Pure: the same stack and view give the same plan. */
export function planLogStack(stack: LogStack, view: View): Plan {
  const wrong = checkResource(stack);
  if (wrong.length > 0) return invalidPlan(stack, wrong);
  const scene = setting(stack, view);
  const { spec } = stack;
  const rendered = manifests(scene);
  const found = [...findings(scene), ...volumes(scene, rendered)];
  const unmanaged = spec.managementState === 'Unmanaged';
  return {
    apply: !unmanaged && !found.some(isFailure),
    rendered: true,
    unmanaged,
    findings: found,
    generated: [],
    manifests: rendered,
    workloads: [workloadPlan(lokiComponent(scene), 'StatefulSet'), ...(scene.alloy ? alloyComponents(scene.alloy) : [])],
    wiring: wiring(scene),
    endpoints: lokiEndpoints(scene.owner),
    version: scene.version,
    storage: storageText(spec),
    retention: [lokiRetentionRow(spec.retention)],
    schemas: schemas(spec),
  };
}

export const logStackController = bind(KINDS.LogStack.resource, planLogStack);
