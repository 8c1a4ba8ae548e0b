import type { KubeObject } from '../../base/object.ts';
import type { DeleteBody, FakeAnswer, FakeCluster, FakeRequest, Target } from './cluster.ts';
import { parsePath, selects, status } from './cluster.ts';

/** What the fake API server does with a request that is no watch. Server-side apply is only a deep merge here. */
export function handle(cluster: FakeCluster, request: FakeRequest): FakeAnswer {
  const target = parsePath(request.path);
  if (target.name === '') return request.method === 'POST' ? create(cluster, target, request) : list(cluster, target, request);
  const found = cluster.get(target.collection, target.namespace, target.name);
  if (request.method === 'PATCH') return patch(cluster, target, request, found);
  if (found === undefined) return status(404, 'NotFound', `${target.collection} "${target.name}" not found`);
  if (request.method === 'PUT') return update(cluster, target, request, found);
  if (request.method === 'DELETE') return remove(cluster, target, request, found);
  return { status: 200, body: representation(found, request) };
}

function create(cluster: FakeCluster, target: Target, request: FakeRequest): FakeAnswer {
  const object = withNamespace(request.body as KubeObject, target);
  const name = object.metadata.name;
  if (cluster.get(target.collection, target.namespace, name) !== undefined) return status(409, 'AlreadyExists', `"${name}" exists`);
  if (request.query['dryRun'] === 'All') return { status: 201, body: object };
  return { status: 201, body: cluster.put(target.collection, object) };
}

function update(cluster: FakeCluster, target: Target, request: FakeRequest, found: KubeObject): FakeAnswer {
  const object = withNamespace(request.body as KubeObject, target);
  const { resourceVersion } = object.metadata;
  if (resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion) return conflict();
  return { status: 200, body: cluster.put(target.collection, object) };
}

function patch(cluster: FakeCluster, target: Target, request: FakeRequest, found: KubeObject | undefined): FakeAnswer {
  const apply = request.contentType === 'application/apply-patch+yaml';
  if (apply && request.query['fieldManager'] === undefined) return status(422, 'Invalid', 'fieldManager is required for apply patch');
  if (found === undefined && (!apply || target.subresource !== '')) return status(404, 'NotFound');
  const change = withNamespace(request.body as KubeObject, target);
  const merged = merge(found ?? change, change) as KubeObject;
  const unchanged = JSON.stringify(merged) === JSON.stringify(found);
  if (unchanged || request.query['dryRun'] === 'All') return { status: 200, body: merged };
  return { status: found === undefined ? 201 : 200, body: cluster.put(target.collection, merged) };
}

function remove(cluster: FakeCluster, target: Target, request: FakeRequest, found: KubeObject): FakeAnswer {
  const { uid, resourceVersion } = (request.body as DeleteBody | undefined)?.preconditions ?? {};
  if (uid !== undefined && uid !== found.metadata.uid) return conflict();
  if (resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion) return conflict();
  cluster.delete(target.collection, target.namespace, target.name);
  return { status: 200, body: { kind: 'Status', status: 'Success' } };
}

function list(cluster: FakeCluster, target: Target, request: FakeRequest): FakeAnswer {
  const limit = Number(request.query['limit'] ?? 0);
  const token = request.query['continue'] ?? '';
  if (token !== '' && cluster.pagesExpired) return status(410, 'Expired', 'the provided continue parameter is too old');
  const start = token === '' ? 0 : Number(token.split('@')[0]);
  const all = cluster.list(target.collection).filter((object) => selects(target, request.query, object));
  const items = limit === 0 ? all : all.slice(start, start + limit);
  const more = start + items.length < all.length;
  const resourceVersion = String(cluster.version);
  const metadata = { resourceVersion, ...(more ? { continue: `${start + items.length}@${resourceVersion}` } : {}) };
  // Items of a list come without their kind, as those of built-in types do.
  const bare = items.map((item) => ({ ...representation(item, request), kind: undefined, apiVersion: undefined }));
  return { status: 200, body: { kind: 'List', apiVersion: 'v1', metadata, items: bare } };
}

export function representation(object: KubeObject, request: FakeRequest): KubeObject {
  if (!request.accept.includes('as=PartialObjectMetadata')) return object;
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

const conflict = (): FakeAnswer => status(409, 'Conflict', 'the object has been modified');

function withNamespace(object: KubeObject, target: Target): KubeObject {
  const metadata = { ...object.metadata, ...(target.name === '' ? {} : { name: target.name }) };
  return { ...object, metadata: target.namespace === '' ? metadata : { ...metadata, namespace: target.namespace } };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON merge patch. */
function merge(base: unknown, change: unknown): unknown {
  if (!isMap(base) || !isMap(change)) return change;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
