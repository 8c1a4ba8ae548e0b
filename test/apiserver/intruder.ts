import type { Manifest } from '../../src/base/object.ts';
import { refKey, refOf } from '../../src/base/object.ts';
import { firstDifference } from '../../src/engine/subset.ts';
import { ApiError, type Client } from '../controlplane/index.ts';
import { otherValues, pointerTo, type Spot, spotsOf } from './fields.ts';
import { pathOf } from './stacks.ts';

/** Others who write to our children: one changes what is ours, as `kubectl edit` would, the other adds what is not. */

export const INTRUDER = 'intruder';
export const NEIGHBOUR = 'neighbour';

/** One way to change one field. */
export interface Edit {
  what: 'changed' | 'removed';
  spot: Spot;
  /** Tried in turn, until the API server takes one. */
  operations: readonly { op: 'replace' | 'remove'; value?: unknown }[];
}

export type Outcome =
  /** What then lived. */
  | { done: 'changed'; object: Manifest }
  /** The API server put back what it was, as a default. */
  | { done: 'no difference' }
  | { done: 'refused' };

/** Each field gets another value. */
export const changesOf = (manifest: Manifest): Edit[] =>
  spotsOf(manifest).flatMap((spot) => {
    const values = otherValues(spot);
    return values.length === 0 ? [] : [{ what: 'changed', spot, operations: values.map((value) => ({ op: 'replace', value })) }];
  });

/** Each field, and each named element of a list, is taken out. */
export const removalsOf = (manifest: Manifest): Edit[] =>
  spotsOf(manifest).map((spot) => ({ what: 'removed', spot, operations: [{ op: 'remove' }] }));

/** Makes an edit on a child; `live` is how it lives, which is as `wanted` says. */
export async function intrude(client: Client, wanted: Manifest, live: Manifest, edit: Edit): Promise<Outcome> {
  const path = pointerTo(edit.spot, live);
  if (path === undefined) throw new Error(`${refKey(refOf(live))} has no ${edit.spot.text}`);
  for (const operation of edit.operations) {
    const object = await attempt(client, live, [{ path, ...operation }]);
    if (object !== undefined) return firstDifference(wanted, object) === undefined ? { done: 'no difference' } : { done: 'changed', object };
  }
  return { done: 'refused' };
}

/** Undefined when the API server does not take it. */
async function attempt(client: Client, live: Manifest, patch: readonly object[]): Promise<Manifest | undefined> {
  try {
    return await client.patch(`${pathOf(refOf(live))}?fieldManager=${INTRUDER}`, 'json', patch);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 422 || error.status === 400)) return undefined;
    throw error;
  }
}

/** What the API server lets nobody change, or to no other value: whoever tries is told at once, and there is no drift. */
export const FIXED: readonly RegExp[] = [
  /^roleRef\./,
  // Of headless Services.
  /^spec\.(?:clusterIP|type)$/,
  /^spec\.(?:serviceName|podManagementPolicy)$/,
  /^spec\.volumeClaimTemplates\[/,
  /^spec\.selector\.matchLabels\./,
  // They must match the selector.
  /^spec\.template\.metadata\.labels\.(?:app\.kubernetes\.io\/(?:name|instance|component)|lgtm-operator\.io\/owner-kind)$/,
  /\.fieldRef\.apiVersion$/,
];

const extraPort = { name: 'extra', port: 9999, protocol: 'TCP' };
const extraPod = (main: string): object => ({
  spec: {
    containers: [{ name: main, env: [{ name: 'EXTRA', value: 'yes' }] }, { name: 'sidecar', image: 'example.org/sidecar' }],
    volumes: [{ name: 'extra', emptyDir: {} }],
  },
});

interface Workload {
  spec: { template: { spec: { containers: readonly { name: string }[] } } };
}

/** What others may put beside our fields, by kind. Lists that the API server does not merge are ours as a whole. */
const ADDITIONS: Readonly<Record<string, (child: Manifest) => object>> = {
  ConfigMap: () => ({ data: { 'extra.txt': 'extra' } }),
  Secret: () => ({ data: { extra: 'ZXh0cmE=' } }),
  ServiceAccount: () => ({ imagePullSecrets: [{ name: 'extra' }] }),
  ClusterRoleBinding: () => ({}),
  Service: () => ({ spec: { ports: [extraPort] } }),
  NetworkPolicy: () => ({ spec: { egress: [{}] } }),
  PodDisruptionBudget: () => ({ spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } }),
  Ingress: () => ({ spec: { tls: [{ hosts: ['extra.example.org'] }] } }),
  StatefulSet: (child) => ({ spec: { template: extraPod(mainContainer(child)) } }),
  DaemonSet: (child) => ({ spec: { template: extraPod(mainContainer(child)) } }),
};

const mainContainer = (child: Manifest): string => (child as unknown as Workload).spec.template.spec.containers[0]?.name ?? '';

/** An apply configuration with nothing but additions to a child: a label, an annotation, and what its kind can take. */
export function additionTo(child: Manifest): Manifest {
  const { apiVersion, kind, metadata: { name, namespace } } = child;
  const more = ADDITIONS[kind];
  if (!more) throw new Error(`nothing to add to a ${kind}`);
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), labels: { 'example.org/team': 'b' }, annotations: { 'example.org/note': 'b' } };
  return { apiVersion, kind, metadata, ...more(child) };
}
