import type { Manifest } from '../../src/base/object.ts';
import { K8S } from '../../src/base/resources.ts';
import { refOf } from '../../src/base/object.ts';
import { collectionPath, objectPath } from '../../src/kube/paths.ts';
import { ApiError, type Client } from '../controlplane/index.ts';

interface Workload extends Manifest {
  spec: { replicas?: number };
  status?: { observedGeneration?: number };
}

/** The status of a workload all of whose pods are ready. */
function readyStatus({ kind, metadata, spec }: Workload): object {
  const observedGeneration = metadata.generation ?? 0;
  if (kind === 'DaemonSet') {
    return { observedGeneration, currentNumberScheduled: 1, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1, numberMisscheduled: 0 };
  }
  const replicas = spec.replicas ?? 1;
  return { observedGeneration, replicas, readyReplicas: replicas, updatedReplicas: replicas, currentRevision: 'a', updateRevision: 'a' };
}

/** Stands in for the controllers of workloads: each is ready as soon as it is there. No pods, no volumes. */
export class Workloads {
  readonly #end = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(client: Client) {
    this.#running = Promise.all([K8S.StatefulSet, K8S.DaemonSet].map((type) => this.#follow(client, type)));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #follow(client: Client, type: (typeof K8S)['StatefulSet']): Promise<void> {
    for await (const { type: event, object } of client.follow(collectionPath(type), this.#end.signal)) {
      const workload = object as Workload;
      if (event === 'DELETED' || workload.status?.observedGeneration === workload.metadata.generation) continue;
      await ignoringGone(client.patch(objectPath(type, refOf(object), 'status'), 'merge', { status: readyStatus(workload) }));
    }
  }
}

async function ignoringGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}
