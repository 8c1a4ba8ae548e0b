import type { KubeObject, NamespacedName, ResourceType } from '../base/object.ts';
import { nameOf } from '../base/object.ts';
import { isNotFound } from './errors.ts';
import type { KubeRequest, Transport } from './http.ts';
import type { ListOptions } from './list.ts';
import { ACCEPT_METADATA, listAll, withKind } from './list.ts';
import { collectionPath, objectPath } from './paths.ts';
import { APPLY_PATCH } from './retry.ts';

/** How a request is sent, for every verb. */
export interface SendOptions {
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  urgent?: boolean;
}

export interface WriteOptions extends SendOptions {
  /** Field manager. */
  manager?: string;
  dryRun?: boolean;
  /** What becomes of unknown fields; absent: the server's default (`Warn`). */
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

export interface ApplyOptions extends WriteOptions {
  manager: string;
  /** Take fields over from other managers; default true. */
  force?: boolean;
}

export interface RemoveOptions extends SendOptions {
  /** Preconditions: delete this very object, or this very state of it. */
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  propagation?: 'Background' | 'Orphan' | 'Foreground';
}

export interface PatchOptions extends WriteOptions {
  subresource?: string;
}

/** The verbs of the API, on raw JSON: no field that is unknown here gets lost. Every failure is an ApiError. */
export class Objects {
  readonly #http: Transport;

  constructor(http: Transport) {
    this.#http = http;
  }

  /** Server-side apply; creates or changes. */
  async apply(type: ResourceType, manifest: KubeObject, options: ApplyOptions): Promise<KubeObject> {
    return await this.#http.request(applyRequest(objectPath(type, nameOf(manifest)), manifest, options));
  }

  /** Server-side apply to `/status`; `object` needs apiVersion, kind, name and status. 404 when there is none. */
  async applyStatus(type: ResourceType, object: KubeObject, options: ApplyOptions): Promise<KubeObject> {
    return await this.#http.request(applyRequest(objectPath(type, nameOf(object), 'status'), object, options));
  }

  /** Rejects with `AlreadyExists` when the name is taken. */
  async create(type: ResourceType, manifest: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const namespace = manifest.metadata.namespace ?? '';
    if (type.namespaced && namespace === '') throw new TypeError(`${type.kind} ${manifest.metadata.name} has no namespace`);
    return await this.#http.request({
      ...sending(options),
      method: 'POST',
      path: collectionPath(type, namespace),
      query: writeQuery(options),
      body: manifest,
    });
  }

  /** Replaces; with `metadata.resourceVersion` set, rejects with `Conflict` when somebody else wrote since. */
  async update(type: ResourceType, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const path = objectPath(type, nameOf(object));
    return await this.#http.request({ ...sending(options), method: 'PUT', path, query: writeQuery(options), body: object });
  }

  /** Rejects with `NotFound`. */
  async get(type: ResourceType, name: NamespacedName, options: SendOptions = {}): Promise<KubeObject> {
    return await this.#http.request({ ...sending(options), method: 'GET', path: objectPath(type, name) });
  }

  /** The object without its body, or undefined when there is none. */
  async getMetadata(type: ResourceType, name: NamespacedName, options: SendOptions = {}): Promise<KubeObject | undefined> {
    const path = objectPath(type, name);
    try {
      const found = await this.#http.request<KubeObject>({ ...sending(options), method: 'GET', path, accept: ACCEPT_METADATA });
      return withKind(type, found);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(type: ResourceType, selection: ListOptions = {}): Promise<KubeObject[]> {
    const listing = await listAll(this.#http, type, selection, (o) => o);
    return listing.items;
  }

  /** Deletes; that it is gone already is success. Rejects with `Conflict` when a precondition does not hold. */
  async remove(type: ResourceType, name: NamespacedName, options: RemoveOptions = {}): Promise<void> {
    const { uid, resourceVersion } = options;
    const conditional = uid !== undefined || resourceVersion !== undefined;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: options.propagation ?? 'Background',
      ...(conditional ? { preconditions: { uid, resourceVersion } } : {}),
    };
    try {
      await this.#http.request({ ...sending(options), method: 'DELETE', path: objectPath(type, name), body });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** JSON merge patch. */
  async mergePatch(type: ResourceType, name: NamespacedName, patch: object, options: PatchOptions = {}): Promise<KubeObject> {
    return await this.#http.request({
      ...sending(options),
      method: 'PATCH',
      path: objectPath(type, name, options.subresource),
      query: writeQuery(options),
      body: patch,
      contentType: 'application/merge-patch+json',
    });
  }
}

function applyRequest(path: string, body: KubeObject, options: ApplyOptions): KubeRequest {
  const query = { ...writeQuery(options), force: options.force ?? true };
  // The media type says YAML, of which JSON is a part.
  return { ...sending(options), method: 'PATCH', path, query, body, contentType: APPLY_PATCH };
}

const writeQuery = (options: WriteOptions): Record<string, string | undefined> => ({
  fieldManager: options.manager,
  dryRun: options.dryRun === true ? 'All' : undefined,
  fieldValidation: options.fieldValidation,
});

const sending = (options: SendOptions): Pick<KubeRequest, 'signal' | 'timeoutMs' | 'urgent'> => ({
  signal: options.signal,
  ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  ...(options.urgent === undefined ? {} : { urgent: options.urgent }),
});
