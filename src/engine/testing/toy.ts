import { type CertificateRecipe, generatedKeys } from '../../base/generated.ts';
import { ANNOTATION, API_VERSION, LABEL, MANAGER } from '../../base/names.ts';
import type { KubeObject, Manifest, ResourceType } from '../../base/object.ts';
import { refKey, refOf } from '../../base/object.ts';
import type { ProductWish } from '../../base/product.ts';
import { K8S } from '../../base/resources.ts';
import type { View } from '../../base/view.ts';
import type { Controller, EnginePlan, GeneratedSecret, Note } from '../controller.ts';

/** A resource for tests: its spec says what is to be rendered. */
export interface ToySpec {
  value?: string;
  /** ConfigMaps, in number. */
  maps?: number;
  /** A binding outside of the namespace. */
  binding?: boolean;
  /** Name of a generated Secret; its hash goes into the workload when `hashed`. */
  generated?: string;
  hashed?: boolean;
  /** What is in it; default: a password. */
  keys?: GeneratedSecret['keys'];
  certificate?: CertificateRecipe;
  /** Name of a Secret of the user's; no workload while it is absent. */
  secret?: string;
  /** Name of another Toy whose value is copied. */
  peer?: string;
  /** Counts all Toys into the first map. */
  counts?: boolean;
  unmanaged?: boolean;
  /** Wishes for a product of that id; what it says of its health goes into the first map. */
  product?: string;
  /** As if a finding forbade to apply it. */
  refused?: boolean;
  throws?: 'plan' | 'status';
}

export const TOY: ResourceType = { apiVersion: API_VERSION, kind: 'Toy', plural: 'toys', namespaced: true };

export type Toy = KubeObject & { spec: ToySpec; status?: Record<string, unknown> };

export const toy = (name: string, spec: ToySpec = {}): Toy => ({
  apiVersion: API_VERSION,
  kind: 'Toy',
  metadata: { name, namespace: 'ns' },
  spec: { maps: 1, ...spec },
});

const labels = (owner: KubeObject): Record<string, string> => ({
  [LABEL.managedBy]: MANAGER,
  [LABEL.instance]: owner.metadata.name,
  [LABEL.ownerKind]: owner.kind,
});

const child = (owner: KubeObject, type: ResourceType, name: string, rest: Record<string, unknown>): Manifest => ({
  apiVersion: type.apiVersion,
  kind: type.kind,
  metadata: { name, ...(type.namespaced ? { namespace: owner.metadata.namespace ?? '' } : {}), labels: labels(owner) },
  ...rest,
});

function workload(owner: Toy, annotations: Record<string, string>): Manifest {
  const { name } = owner.metadata;
  const template = { metadata: { annotations }, spec: { containers: [{ name: 'main', image: `image:${owner.spec.value ?? '1'}` }] } };
  return child(owner, K8S.StatefulSet, name, { spec: { replicas: 1, selector: { matchLabels: labels(owner) }, template } });
}

function data(owner: Toy, view: View): Record<string, string> {
  const { value = '', peer, counts, product } = owner.spec;
  const other = peer === undefined ? undefined : (view.get('Toy', owner.metadata.namespace ?? '', peer) as Toy | undefined);
  const health = product === undefined ? undefined : view.product(refOf(owner), product)?.facts['health'];
  return { value, peer: other?.spec.value ?? '', ...(health === undefined ? {} : { health }), ...(counts === true ? { count: String(view.list('Toy').length) } : {}) };
}

/** Hashes of the Secrets that a restart must follow. */
function hashes(owner: Toy, view: View): Record<string, string> {
  const { secret, hashed, generated: made } = owner.spec;
  const names = [secret, hashed === true ? made : undefined].filter((name) => name !== undefined);
  const facts = names.map((name) => [name, view.secret(owner.metadata.namespace ?? '', name)] as const);
  return Object.fromEntries(facts.map(([name, fact]) => [name, fact.state === 'present' ? fact.hash : fact.state]));
}

function manifests(owner: Toy, view: View): Manifest[] {
  const { spec } = owner;
  const { name } = owner.metadata;
  const maps = Array.from({ length: spec.maps ?? 1 }, (_, i) => child(owner, K8S.ConfigMap, `${name}-${i}`, { data: data(owner, view) }));
  const annotations = hashes(owner, view);
  const waits = spec.secret !== undefined && annotations[spec.secret] === 'absent';
  const binding = child(owner, K8S.ClusterRoleBinding, `ns-${name}`, { subjects: [{ kind: 'ServiceAccount', name }] });
  return [
    ...maps,
    child(owner, K8S.Service, name, { spec: { ports: [{ name: 'http', port: 80 }] } }),
    ...(waits ? [] : [workload(owner, annotations)]),
    ...(spec.binding === true ? [binding] : []),
  ];
}

function generated(owner: Toy): GeneratedSecret[] {
  const name = owner.spec.generated;
  if (name === undefined) return [];
  const manifest = child(owner, K8S.Secret, name, { type: 'Opaque' });
  const { keys = { password: 32 }, certificate } = owner.spec;
  const secret = { manifest, keys, ...(certificate === undefined ? {} : { certificate }) };
  manifest.metadata.annotations = { [ANNOTATION.generated]: generatedKeys(secret).join(',') };
  return [secret];
}

const products = ({ spec, metadata }: Toy): ProductWish[] =>
  spec.product === undefined ? [] : [{
    id: spec.product, driver: 'elasticsearch', namespace: metadata.namespace ?? '', url: 'https://toy', credentials: { user: 'u', password: { secret: 's', key: 'k' } },
    objects: [{ kind: 'ilmPolicy', name: spec.value ?? '', body: {} }],
  }];

const isReady = (workload: KubeObject | undefined): boolean => {
  const { status } = (workload ?? {}) as { status?: { readyReplicas?: number; observedGeneration?: number } };
  return status?.readyReplicas === 1 && status.observedGeneration === workload?.metadata.generation;
};

export class ToyController implements Controller {
  readonly resource = TOY;
  plans = 0;

  plan(object: KubeObject, view: View): EnginePlan {
    const owner = object as Toy;
    this.plans++;
    if (owner.spec.throws === 'plan') throw new Error('a bug in plan');
    const { unmanaged = false, refused } = owner.spec;
    return { apply: !unmanaged && refused !== true, unmanaged, generated: generated(owner), manifests: manifests(owner, view), products: products(owner) };
  }

  status(...[object, , { observed, outcome, now }]: Parameters<Controller['status']>): Record<string, unknown> {
    const owner = object as Toy;
    if (owner.spec.throws === 'status') throw new Error('a bug in status');
    const { name, namespace = '', generation } = owner.metadata;
    const ready = isReady(observed.child('StatefulSet', namespace, name)) ? 'True' : 'False';
    const before = (owner.status?.['conditions'] as { status: string; lastTransitionTime: string }[] | undefined)?.[0];
    const since = before?.status === ready ? before.lastTransitionTime : now;
    return {
      observedGeneration: generation,
      conditions: [{ type: 'Ready', status: ready, lastTransitionTime: since }],
      pods: observed.pods(namespace, { [LABEL.instance]: name }).length,
      refusals: outcome.refusals.map((r) => `${refKey(r.ref)} ${r.reason}: ${r.message}`),
      foreign: outcome.foreign.map((f) => `${refKey(f.ref)} ${f.manager}: ${f.fields.join(',')}`),
    };
  }

  notes(before: Record<string, unknown> | undefined, after: Record<string, unknown>): readonly Note[] {
    const ready = (status: Record<string, unknown> | undefined): string | undefined =>
      (status?.['conditions'] as { status: string }[] | undefined)?.[0]?.status;
    if (ready(before) === ready(after)) return [];
    return [{ type: 'Normal', reason: ready(after) === 'True' ? 'Ready' : 'NotReady', message: 'changed' }];
  }
}
