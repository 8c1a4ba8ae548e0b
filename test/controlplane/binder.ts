import { setTimeout as delay } from 'node:timers/promises';
import type { Manifest } from '../../src/base/object.ts';
import { ApiError } from './client.ts';
import type { Client, WatchEvent } from './client.ts';

const PROVISIONER = 'lgtm-operator.io/simulated';
const CLASSES = '/apis/storage.k8s.io/v1/storageclasses';
const CLAIMS = '/api/v1/persistentvolumeclaims';
const VOLUMES = '/api/v1/persistentvolumes';
const RETRY_MS = 500;

/** The default class: volumes that exist in the API only. */
const CLASS = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: PROVISIONER,
  volumeBindingMode: 'Immediate',
  reclaimPolicy: 'Delete',
  allowVolumeExpansion: true,
};

export interface BinderOptions {
  /** Also does what kube-controller-manager would: sets both sides to Bound, and takes the protection off what is deleted. */
  setStatus?: boolean;
  /** Gets a line when something failed; it is tried again. stderr by default. */
  onProblem?: (line: string) => void;
}

export interface Binder {
  stop(): Promise<void>;
}

interface Claim extends Manifest {
  spec: { storageClassName?: string; accessModes: string[]; volumeMode?: string; volumeName?: string; resources: { requests: { storage: string } } };
  status?: { phase?: string; capacity?: { storage: string } };
}

interface Volume extends Manifest {
  spec: { storageClassName?: string; persistentVolumeReclaimPolicy: string; claimRef?: { namespace: string; name: string; uid: string } };
  status?: { phase?: string };
}

/** Creates the class `standard`, and from then on gives every claim of it a volume, grows it, and removes it with its claim. */
export async function startBinder(client: Client, options: BinderOptions = {}): Promise<Binder> {
  await ignoring(409, client.post(CLASSES, CLASS));
  const end = new AbortController();
  const hands = new Hands(client, options.setStatus ?? false);
  const onProblem = options.onProblem ?? ((line: string) => process.stderr.write(`binder: ${line}\n`));
  const ended = (): boolean => end.signal.aborted;
  const loop = async (path: string, handle: (event: WatchEvent) => Promise<void>): Promise<void> => {
    while (!ended()) {
      try {
        for await (const event of client.follow(path, end.signal)) await handle(event);
      } catch (error) {
        // The list that comes next shows again what could not be handled.
        if (!ended()) onProblem(String(error));
        await delay(RETRY_MS, undefined, { signal: end.signal }).catch(() => undefined);
      }
    }
  };
  const done = Promise.all([loop(CLAIMS, (event) => hands.onClaim(event)), loop(VOLUMES, (event) => hands.onVolume(event))]);
  return {
    async stop() {
      end.abort();
      await done;
    },
  };
}

class Hands {
  readonly #client: Client;
  readonly #alone: boolean;

  constructor(client: Client, alone: boolean) {
    this.#client = client;
    this.#alone = alone;
  }

  async onClaim({ type, object }: WatchEvent): Promise<void> {
    const claim = object as Claim;
    if (claim.spec.storageClassName !== CLASS.metadata.name) return;
    if (type === 'DELETED') await this.#released(claim);
    else if (claim.metadata.deletionTimestamp === undefined) await this.#wanted(claim);
    else if (this.#alone) await this.#unprotect(pathOf(claim));
  }

  async onVolume({ type, object }: WatchEvent): Promise<void> {
    const volume = object as Volume;
    if (type === 'DELETED' || volume.spec.storageClassName !== CLASS.metadata.name) return;
    const { deletionTimestamp, name } = volume.metadata;
    if (deletionTimestamp === undefined) await this.#reclaim(volume);
    else if (this.#alone) await this.#unprotect(`${VOLUMES}/${name}`);
  }

  async #wanted(claim: Claim): Promise<void> {
    const { volumeName, resources } = claim.spec;
    if (claim.status?.phase === 'Bound') {
      if (volumeName !== undefined && claim.status.capacity?.storage !== resources.requests.storage) await this.#grow(claim, volumeName);
    } else if (volumeName === undefined) {
      const volume = volumeFor(claim);
      await ignoring(409, this.#client.post(VOLUMES, volume));
      if (this.#alone) await this.#bind(claim, volume.metadata.name);
    } else if (this.#alone) {
      await this.#bind(claim, volumeName);
    }
  }

  /** What the resizer of a real storage driver does. */
  async #grow(claim: Claim, volumeName: string): Promise<void> {
    const capacity = claim.spec.resources.requests;
    await ignoring(404, this.#client.patch(`${VOLUMES}/${volumeName}`, 'merge', { spec: { capacity } }));
    await ignoring(404, this.#client.patch(`${pathOf(claim)}/status`, 'merge', { status: { capacity } }));
  }

  async #bind(claim: Claim, volumeName: string): Promise<void> {
    const path = pathOf(claim);
    const { accessModes, resources } = claim.spec;
    await ignoring(404, this.#client.patch(path, 'merge', { spec: { volumeName } }));
    const status = { phase: 'Bound', accessModes, capacity: resources.requests };
    await ignoring(404, this.#client.patch(`${path}/status`, 'merge', { status }));
    await ignoring(404, this.#client.patch(`${VOLUMES}/${volumeName}/status`, 'merge', { status: { phase: 'Bound' } }));
  }

  /** With the real controller the volume becomes Released, and `#reclaim` sees that. */
  async #released(claim: Claim): Promise<void> {
    const { volumeName } = claim.spec;
    if (!this.#alone || volumeName === undefined) return;
    await ignoring(404, this.#client.patch(`${VOLUMES}/${volumeName}/status`, 'merge', { status: { phase: 'Released' } }));
  }

  async #reclaim({ metadata, spec, status }: Volume): Promise<void> {
    if (status?.phase !== 'Released' || spec.persistentVolumeReclaimPolicy !== 'Delete') return;
    await ignoring(404, this.#client.delete(`${VOLUMES}/${metadata.name}`));
  }

  async #unprotect(path: string): Promise<void> {
    await ignoring(404, this.#client.patch(path, 'merge', { metadata: { finalizers: null } }));
  }
}

const pathOf = ({ metadata }: Claim): string => `/api/v1/namespaces/${metadata.namespace ?? ''}/persistentvolumeclaims/${metadata.name}`;

function volumeFor(claim: Claim): Manifest {
  const { name, namespace, uid = '' } = claim.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } },
    spec: {
      storageClassName: CLASS.metadata.name,
      capacity: claim.spec.resources.requests,
      accessModes: claim.spec.accessModes,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      hostPath: { path: `/var/lib/simulated/${uid}` },
    },
  };
}

/** What lost a race against another writer is seen again by the watch. */
async function ignoring(status: number, request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === status)) throw error;
  }
}
