import { setTimeout as delay } from 'node:timers/promises';
import { KINDS } from '../../src/api/kinds.ts';
import type { Status } from '../../src/api/status.ts';
import type { KubeObject, Manifest, ResourceType } from '../../src/base/object.ts';
import { refOf } from '../../src/base/object.ts';
import { K8S } from '../../src/base/resources.ts';
import { collectionPath, objectPath } from '../../src/kube/paths.ts';
import { Live } from '../apiserver/live.ts';
import { install, OPERATOR_USER, type RunningOperator, startOperator } from '../apiserver/operator.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/index.ts';
import { Workloads } from './workloads.ts';

export type Seen = Manifest & { status?: Status };

const TYPES: Readonly<Record<string, ResourceType>> = {
  ...K8S,
  ...Object.fromEntries(Object.values(KINDS).map(({ resource }) => [resource.kind, resource])),
  ResourceQuota: { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true },
};

function typeOf(kind: string): ResourceType {
  const type = TYPES[kind];
  if (!type) throw new Error(`the harness knows no ${kind}`);
  return type;
}

const WATCHED = [...Object.values(KINDS).map(({ resource }) => resource), K8S.Event];

/** How long nothing is to happen for. Negative claims need a bound; this one is not tuned to anything. */
const QUIET_MS = 2_000;

/** A real API server with the operator at work, workloads that become ready at once, and what a user can do to it. */
export class Cluster {
  readonly plane: ControlPlane;
  readonly live: Live;
  /** Messages that the operator has logged as errors. */
  readonly errors: string[] = [];
  readonly #workloads: Workloads;
  #operator: RunningOperator | undefined;

  private constructor(plane: ControlPlane) {
    this.plane = plane;
    this.live = new Live(plane.client, WATCHED.map((type) => collectionPath(type)));
    this.#workloads = new Workloads(plane.client);
  }

  static async start(): Promise<Cluster> {
    const plane = await startControlPlane();
    await install(plane);
    const cluster = new Cluster(plane);
    const error = (fields: object, message?: string): void => void cluster.errors.push(`${message ?? ''} ${JSON.stringify(fields)}`);
    const nothing = (): void => undefined;
    cluster.#operator = await startOperator(plane, { debug: nothing, info: nothing, warn: nothing, error });
    return cluster;
  }

  /** How the operator has ended. */
  async stop(): Promise<string> {
    const end = (await this.#operator?.stop()) ?? 'never started';
    await Promise.all([this.live.stop(), this.#workloads.stop()]);
    await this.plane.stop();
    return end;
  }

  /** As `kubectl create` does: unknown fields are refused. */
  async create(object: KubeObject, namespace: string): Promise<void> {
    const path = collectionPath(typeOf(object.kind), object.metadata.namespace ?? namespace);
    await this.plane.client.post(`${path}?fieldValidation=Strict&fieldManager=user`, object);
    if (object.kind === 'ResourceQuota') await this.#countQuota(object, namespace);
  }

  async ensureNamespace(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    await this.plane.client.patch(`${objectPath(K8S.Namespace, { namespace: '', name })}?fieldManager=user`, 'apply', namespace);
  }

  async patch(object: KubeObject, patch: object): Promise<void> {
    await this.plane.client.patch(`${objectPath(typeOf(object.kind), refOf(object))}?fieldValidation=Strict&fieldManager=user`, 'merge', patch);
  }

  async apply(object: { kind: string; metadata: { name: string; namespace?: string | undefined } }, namespace: string): Promise<void> {
    const path = objectPath(typeOf(object.kind), { name: object.metadata.name, namespace: object.metadata.namespace ?? namespace });
    await this.plane.client.patch(`${path}?fieldManager=mender&force=true&fieldValidation=Strict`, 'apply', object);
  }

  async remove(kind: string, name: string, namespace: string): Promise<void> {
    await this.plane.client.delete(objectPath(typeOf(kind), { namespace, name }));
  }

  /** The resource, once it is as `wanted` says. */
  until(object: KubeObject, what: string, wanted: (seen: Seen) => boolean, timeoutMs?: number): Promise<Seen> {
    const look = (): Seen | undefined => this.live.get(refOf(object));
    const found = (): Seen | undefined => {
      const seen = look();
      return seen && wanted(seen) ? seen : undefined;
    };
    return this.live.until(() => `${what}: ${JSON.stringify(look()?.status?.conditions ?? look())}`, found, timeoutMs);
  }

  /** What the Event about an object says, once there is one for this reason. */
  async noteOfEvent({ metadata }: Manifest, reason: string): Promise<string> {
    const isAbout = (event: Manifest): boolean => (event.regarding as { uid?: string } | undefined)?.uid === metadata.uid;
    const found = (): Manifest | undefined => this.live.list().find((one) => one.kind === 'Event' && one.reason === reason && isAbout(one));
    const event = await this.live.until(() => `event ${reason} for ${metadata.namespace}/${metadata.name}`, found);
    return String(event.note);
  }

  /** What the operator asks the API server in a while, about one namespace. Watches that it keeps open are none. */
  async requestsInQuiet(namespace: string): Promise<string[]> {
    const begin = Date.now();
    const since = await this.plane.auditLog.mark();
    await delay(QUIET_MS);
    const all = await this.plane.auditLog.requests({ since, user: OPERATOR_USER, except: [{ verb: 'watch' }] });
    // What we have seen the outcome of may be answered only now.
    const sent = all.filter(({ time }) => Date.parse(time) > begin);
    return sent.filter((one) => one.namespace === namespace || one.name.startsWith(`lgtm:${namespace}:`)).map(({ verb, uri }) => `${verb} ${uri}`);
  }

  /** What kube-controller-manager does, without which a quota refuses everything. */
  async #countQuota(quota: KubeObject, namespace: string): Promise<void> {
    const { hard } = (quota as KubeObject & { spec: { hard: Record<string, string> } }).spec;
    const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
    const path = objectPath(typeOf(quota.kind), { namespace, name: quota.metadata.name }, 'status');
    await this.plane.client.patch(path, 'merge', { status: { hard, used } });
  }
}
