import type { Manifest } from '../../src/base/object.ts';
import { K8S } from '../../src/base/resources.ts';
import { refOf } from '../../src/base/object.ts';
import { collectionPath, objectPath } from '../../src/kube/paths.ts';
import { ApiError, type Client } from '../controlplane/index.ts';

interface Workload extends Manifest {
  spec: { replicas?: number };
  status?: { observedGeneration?: number; succeeded?: number };
}

/** Any time will do. */
const NOW = '2026-01-01T00:00:00Z';

/** The status of a workload all of whose pods are ready. */
function readyStatus({ kind, metadata, spec }: Workload): object {
  const observedGeneration = metadata.generation ?? 0;
  if (kind === 'DaemonSet') {
    return { observedGeneration, currentNumberScheduled: 1, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1, numberMisscheduled: 0 };
  }
  if (kind === 'Job') return { conditions: [{ type: 'SuccessCriteriaMet', status: 'True' }, { type: 'Complete', status: 'True' }], succeeded: 1, startTime: NOW, completionTime: NOW };
  const replicas = spec.replicas ?? 1;
  return { observedGeneration, replicas, readyReplicas: replicas, updatedReplicas: replicas, currentRevision: 'a', updateRevision: 'a' };
}

const isPlayed = ({ kind, metadata, status }: Workload): boolean =>
  kind === 'Job' ? status?.succeeded === 1 : status?.observedGeneration === metadata.generation;

/** Stands in for the controllers of workloads: each is ready as soon as it is there. No pods, no volumes. */
export class Workloads {
  readonly #end = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(client: Client) {
    this.#running = Promise.all([K8S.StatefulSet, K8S.DaemonSet, K8S.Deployment, K8S.Job].map((type) => this.#follow(client, type)));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #follow(client: Client, type: (typeof K8S)['StatefulSet' | 'DaemonSet' | 'Deployment' | 'Job']): Promise<void> {
    for await (const { type: event, object } of client.follow(collectionPath(type), this.#end.signal)) {
      const workload = object as Workload;
      if (event === 'DELETED' || isPlayed(workload)) continue;
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
