import { GROUP, LABEL, MANAGER } from '../base/names.ts';
import type { KubeObject, ObjectRef, OwnerReference, ResourceType } from '../base/object.ts';
import { CHILD_TYPES, K8S } from '../base/resources.ts';
import type { Transport } from '../kube/http.ts';
import type { Log } from '../kube/log.ts';
import { Reflector } from '../kube/reflector.ts';
import type { Store } from '../kube/store.ts';
import { compact } from './foreign.ts';
import { KindCache } from './kind-cache.ts';
import { slimClaim, slimNamespace, slimPod, slimSecret } from './slim.ts';

/** What the operator looks after. */
export interface Scope {
  /** Empty or absent: all namespaces. */
  namespaces?: readonly string[];
  /** False: cluster-scoped kinds may not be read (an installation with Roles only). Default true. */
  clusterScoped?: boolean;
}

const OURS = `${LABEL.managedBy}=${MANAGER}`;
const NOT_OURS = `${LABEL.managedBy}!=${MANAGER}`;

/** The reference to the controlling owner; there is at most one. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((reference) => reference.controller === true);

export const isOurGroup = (apiVersion: string): boolean => apiVersion.startsWith(`${GROUP}/`);

/** UID of the owner of a child: by its controller reference, or by label where no reference can reach. */
export function ownerUidOf(object: KubeObject): string | undefined {
  return controllerOf(object)?.uid ?? object.metadata.labels?.[LABEL.ownerUid];
}

/** `namespace/instance`, by which pods and claims are found. */
export const instanceKey = (namespace: string, instance: string): string => `${namespace}/${instance}`;

const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

const byOwner = { owner: (o: KubeObject) => one(ownerUidOf(o)) };

const byInstance = {
  instance: (o: KubeObject) => {
    const instance = o.metadata.labels?.[LABEL.instance];
    return one(instance === undefined ? undefined : instanceKey(o.metadata.namespace ?? '', instance));
  },
};

interface Source {
  cache: KindCache;
  labelSelector?: string;
  metadataOnly?: boolean;
}

/** Everything that is watched: one cache a kind. Objects are shared: don't change them. */
export class Caches {
  /** Our own kinds. */
  readonly own: ReadonlyMap<string, KindCache>;
  readonly children: ReadonlyMap<string, KindCache>;
  /** Reduced to what status needs. */
  readonly pods: KindCache;
  readonly claims: KindCache;
  /** Secrets that are not ours: name, UID and resource version. */
  readonly secrets: KindCache;
  readonly namespaces: KindCache | undefined;
  readonly scope: Scope;
  readonly #log: Log;
  #reflectors: readonly Reflector[] = [];

  constructor(kinds: readonly ResourceType[], scope: Scope, log: Log) {
    const namespaces = scope.namespaces ?? [];
    const cluster = scope.clusterScoped ?? true;
    this.scope = scope;
    this.#log = log;
    this.own = new Map(kinds.map((type) => [type.kind, new KindCache(type, namespaces, { log })]));
    const types = CHILD_TYPES.filter((type) => type.namespaced || cluster);
    const child = { indexes: byOwner, transform: compact, log };
    this.children = new Map(types.map((type) => [type.kind, new KindCache(type, namespaces, child)]));
    this.pods = new KindCache(K8S.Pod, namespaces, { indexes: byInstance, transform: slimPod, log });
    this.claims = new KindCache(K8S.PersistentVolumeClaim, namespaces, { indexes: byInstance, transform: slimClaim, log });
    this.secrets = new KindCache(K8S.Secret, namespaces, { transform: slimSecret, log });
    this.namespaces = cluster ? new KindCache(K8S.Namespace, [], { transform: slimNamespace, log }) : undefined;
  }

  /** A child as it was last seen. */
  child(ref: ObjectRef): KubeObject | undefined {
    return this.children.get(ref.kind)?.get(ref.namespace, ref.name);
  }

  childrenOf(uid: string): KubeObject[] {
    return [...this.children.values()].flatMap((cache) => cache.byIndex('owner', uid));
  }

  /** Whether a resource of ours with this UID exists. */
  ownerExists(uid: string): boolean {
    return [...this.own.values()].some((cache) => cache.byUid(uid) !== undefined);
  }

  /** Whether resources of this namespace are looked after, so that their absence means something. */
  covers(namespace: string): boolean {
    const namespaces = this.scope.namespaces ?? [];
    return namespaces.length === 0 || namespaces.includes(namespace);
  }

  /** The store that reads of this kind and namespace come from; undefined for what is not watched. */
  storeOf(kind: string, namespace: string): Store | undefined {
    return (this.own.get(kind) ?? this.children.get(kind))?.store(namespace);
  }

  get isSynced(): boolean {
    return this.#reflectors.length > 0 && this.#reflectors.every((reflector) => reflector.isSynced);
  }

  /** Keeps everything up to date until `signal` is aborted; call once. */
  async run(http: Transport, signal: AbortSignal): Promise<void> {
    this.#reflectors = this.#sources().flatMap((source) => this.#reflect(http, source));
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }

  /** Resolves once all have been listed; call after `run`. */
  async synced(): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.synced));
  }

  #sources(): Source[] {
    const plain = (cache: KindCache): Source => ({ cache });
    const ours = (cache: KindCache): Source => ({ cache, labelSelector: OURS });
    const namespaces = this.namespaces === undefined ? [] : [{ cache: this.namespaces, metadataOnly: true }];
    return [
      ...[...this.own.values()].map(plain),
      ...[...this.children.values(), this.pods, this.claims].map(ours),
      { cache: this.secrets, labelSelector: NOT_OURS, metadataOnly: true },
      ...namespaces,
    ];
  }

  #reflect(http: Transport, { cache, ...selection }: Source): Reflector[] {
    const reflector = (namespace: string, store: Store): Reflector =>
      new Reflector({ http, type: cache.type, store, namespace, ...selection, log: this.#log });
    return [...cache.stores].map(([namespace, store]) => reflector(namespace, store));
  }
}
