import { setTimeout as delay } from 'node:timers/promises';
import { KINDS } from '../../src/api/kinds.ts';
import type { Status } from '../../src/api/status.ts';
import { API_VERSION, LABEL, MANAGER } from '../../src/base/names.ts';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { nameOf, refOf } from '../../src/base/object.ts';
import { CHILD_TYPES } from '../../src/base/resources.ts';
import { type Document, ours } from '../../src/cli/files.ts';
import type { ManagerOptions } from '../../src/engine/manager.ts';
import { collectionPath } from '../../src/kube/paths.ts';
import { ApiError, type AuditRecord, type ControlPlane } from '../controlplane/index.ts';
import { Live } from './live.ts';
import { install, OPERATOR_USER, type RunningOperator, startOperator } from './operator.ts';
import { keyOf, pathOf, planned, typeOf } from './stacks.ts';

/** The requests of the operator that change something, by what they change. */
export interface Writes {
  children: readonly AuditRecord[];
  status: readonly AuditRecord[];
  /** Counted apart. */
  events: readonly AuditRecord[];
  /** Anything else: there is to be nothing. */
  other: readonly AuditRecord[];
}

const FENCE = 'fence';
const WRITING = ['create', 'update', 'patch', 'delete', 'deletecollection'];
/** Longer than anything that the operator puts off: its status writes are a second apart. */
const QUIET_MS = 1_500;

const CHILD_PLURALS = new Set(CHILD_TYPES.map(({ plural }) => plural));

/** `logs-loki` of `statefulsets` in `observability`, as `statefulsets observability/logs-loki`. */
export const target = ({ resource, namespace, name }: AuditRecord): string => `${resource} ${namespace}/${name}`;

/** The same for an object. */
export const targetOf = (object: KubeObject): string => `${typeOf(object.kind).plural} ${nameOf(object).namespace}/${object.metadata.name}`;

type Resource = KubeObject & { status?: Status };

const isReady = (resource: Resource): boolean =>
  (resource.status?.conditions ?? []).some(({ type, status, observedGeneration }) => type === 'Ready' && status === 'True' && observedGeneration === resource.metadata.generation);

const isWorkload = ({ kind }: KubeObject): boolean => ['StatefulSet', 'DaemonSet', 'Deployment', 'Job'].includes(kind);

/** A control plane with an installation, resources on it, and an operator that can be started and stopped. */
export class Bench {
  readonly plane: ControlPlane;
  readonly live: Live;
  #operator: RunningOperator | undefined;
  #fences = 0;

  private constructor(plane: ControlPlane) {
    this.plane = plane;
    const kinds = [...Object.values(KINDS).map(({ resource }) => resource), ...CHILD_TYPES];
    this.live = new Live(plane.client, kinds.map((type) => collectionPath(type)));
  }

  static async open(plane: ControlPlane): Promise<Bench> {
    await install(plane);
    const bench = new Bench(plane);
    await bench.apply([{ source: FENCE, object: bench.#fence() }]);
    return bench;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.live.stop();
  }

  async start(more: Partial<ManagerOptions> = {}): Promise<void> {
    this.#operator = await startOperator(this.plane, undefined, more);
  }

  async stop(): Promise<void> {
    await this.#operator?.stop();
    this.#operator = undefined;
  }

  /** Applies documents one after another, as `kubectl apply --server-side` does; their namespaces first, plain unless they are among them. */
  async apply(documents: readonly Document[]): Promise<void> {
    const objects = documents.map(({ object }) => object);
    const given = objects.filter(({ kind }) => kind === 'Namespace');
    const named = new Set(objects.map((object) => nameOf(object).namespace).filter((name) => name !== '' && !given.some(({ metadata }) => metadata.name === name)));
    const plain = [...named].map((name): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    for (const object of [...plain, ...objects]) await this.plane.client.patch(`${pathOf(refOf(object))}?fieldManager=kubectl`, 'apply', object);
  }

  /** Waits until the workloads of all resources are there, then lets all of them become ready at once. */
  async playWorkloads(documents: readonly Document[]): Promise<void> {
    const wanted = planned(documents).flatMap(({ plan }) => plan.manifests).filter(isWorkload);
    const found = await this.live.until(
      () => `all of ${wanted.map(keyOf).join(', ')}`,
      () => {
        const there = wanted.map((manifest) => this.live.get(refOf(manifest)));
        return there.every((object) => object !== undefined) ? there : undefined;
      },
    );
    await Promise.all(found.map((workload) => this.plane.client.patch(pathOf(refOf(workload), 'status'), 'merge', { status: readyStatus(workload) })));
  }

  /** Plays every later generation of the workloads too, until `signal`. */
  async keepPlaying(documents: readonly Document[], signal: AbortSignal): Promise<void> {
    const wanted = planned(documents).flatMap(({ plan }) => plan.manifests).filter(isWorkload);
    while (!signal.aborted) {
      for (const ref of wanted.map(refOf)) {
        const live = this.live.get(ref);
        const seen = (live?.status as { observedGeneration?: number } | undefined)?.observedGeneration;
        const stale = live !== undefined && live.kind !== 'Job' && seen !== live.metadata.generation;
        if (stale) await this.plane.client.patch(pathOf(ref, 'status'), 'merge', { status: readyStatus(live) });
      }
      await delay(200, undefined, { signal }).catch(() => undefined);
    }
  }

  async untilReady(documents: readonly Document[], timeoutMs?: number): Promise<void> {
    const resources = ours(documents).map(({ object }) => refOf(object));
    const state = (): (Resource | undefined)[] => resources.map((ref) => this.live.get(ref));
    await this.live.until(
      () => `Ready: ${JSON.stringify(state().map((resource) => resource?.status ?? resource), null, 1)}`,
      () => (state().every((resource) => resource && isReady(resource)) ? true : undefined),
      timeoutMs,
    );
  }

  /**
   * Waits until the operator has done what it has to do, whatever that is: a resource that it leaves alone is touched and its
   * status awaited, before and after the longest time that it puts things off for.
   */
  async quiet(): Promise<void> {
    await this.#throughFence();
    await delay(QUIET_MS);
    await this.#throughFence();
  }

  /** What the operator has written since a mark of the audit log; refused attempts count. Not what it does to the fence. */
  async writes(since: number): Promise<Writes> {
    const all = (await this.requests(since)).filter(({ verb }) => WRITING.includes(verb));
    const isEvent = ({ resource }: AuditRecord): boolean => resource === 'events';
    const isStatus = ({ subresource }: AuditRecord): boolean => subresource === 'status';
    const isChild = ({ resource, subresource }: AuditRecord): boolean => subresource === '' && CHILD_PLURALS.has(resource);
    return {
      children: all.filter(isChild),
      status: all.filter(isStatus),
      events: all.filter(isEvent),
      other: all.filter((record) => !isChild(record) && !isStatus(record) && !isEvent(record)),
    };
  }

  /** Every request of the operator since a mark. */
  async requests(since: number): Promise<AuditRecord[]> {
    const requests = await this.plane.auditLog.requests({ user: OPERATOR_USER, since });
    return requests.filter(({ namespace }) => namespace !== FENCE);
  }

  /** Removes all resources and children; without a garbage collector nobody else does. The operator must not run. */
  async clear(): Promise<void> {
    const gone = this.live.list().filter((object) => object.metadata.namespace !== FENCE && isOurs(object));
    await Promise.all(gone.map((object) => ignoring(404, this.plane.client.delete(`${pathOf(refOf(object))}?propagationPolicy=Background`))));
    await this.live.until(
      () => `without ${gone.map(keyOf).join(', ')}`,
      () => (gone.some((object) => this.live.get(refOf(object)) !== undefined) ? undefined : true),
    );
  }

  async #throughFence(): Promise<void> {
    this.#fences++;
    const fence = this.#fence();
    const { metadata } = await this.plane.client.patch(`${pathOf(refOf(fence))}?fieldManager=kubectl`, 'apply', fence);
    await this.live.until(
      () => `the operator sees generation ${metadata.generation} of the fence`,
      () => ((this.live.get(refOf(fence)) as Resource | undefined)?.status?.observedGeneration === metadata.generation ? true : undefined),
    );
  }

  #fence(): Manifest {
    const spec = { managementState: 'Unmanaged', size: this.#fences % 2 === 0 ? 'demo' : 'small' };
    return { apiVersion: API_VERSION, kind: 'DashboardStack', metadata: { name: FENCE, namespace: FENCE }, spec };
  }
}

const isOurs = ({ apiVersion, metadata }: KubeObject): boolean => apiVersion === API_VERSION || metadata.labels?.[LABEL.managedBy] === MANAGER;

/** As the controller of the workload leaves it when all of its pods are ready. */
function readyStatus(workload: Manifest): object {
  const observedGeneration = workload.metadata.generation;
  if (workload.kind === 'DaemonSet') {
    return { observedGeneration, currentNumberScheduled: 3, desiredNumberScheduled: 3, numberReady: 3, numberAvailable: 3, updatedNumberScheduled: 3, numberMisscheduled: 0 };
  }
  if (workload.kind === 'Job') return { conditions: [{ type: 'SuccessCriteriaMet', status: 'True' }, { type: 'Complete', status: 'True' }], succeeded: 1, startTime: '2026-01-01T00:00:00Z', completionTime: '2026-01-01T00:00:00Z' };
  const { replicas } = (workload as unknown as { spec: { replicas: number } }).spec;
  if (workload.kind === 'Deployment') return { observedGeneration, replicas, readyReplicas: replicas, availableReplicas: replicas, updatedReplicas: replicas };
  return { observedGeneration, replicas, readyReplicas: replicas, availableReplicas: replicas, updatedReplicas: replicas, currentRevision: 'r', updateRevision: 'r' };
}

async function ignoring(status: number, request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === status)) throw error;
  }
}

