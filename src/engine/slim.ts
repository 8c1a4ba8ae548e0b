import type { KubeObject, ObjectMeta } from '../base/object.ts';

/** Reduces what is cached to what is read of it: pods are by far the most numerous objects. All keep their own shape. */

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fields) : []);

/** The named fields that are there. */
function pick(from: Fields, ...names: string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of names) if (from[name] !== undefined) picked[name] = from[name];
  return picked;
}

const META = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'labels', 'ownerReferences'];

const slimMeta = (object: KubeObject): ObjectMeta => pick({ ...object.metadata }, ...META) as unknown as ObjectMeta;

/** `waiting` and `terminated` with reason and message: why a container does not run. */
function slimState(value: unknown): Fields {
  return Object.fromEntries(Object.entries(fields(value)).map(([name, state]) => [name, pick(fields(state), 'reason', 'message', 'exitCode')]));
}

function slimContainer(status: Fields): Fields {
  const slim = pick(status, 'name', 'ready', 'restartCount');
  for (const name of ['state', 'lastState']) if (status[name] !== undefined) slim[name] = slimState(status[name]);
  return slim;
}

function slimPodStatus(value: unknown): Fields {
  const status = fields(value);
  const slim = pick(status, 'phase', 'reason', 'message');
  slim['conditions'] = list(status['conditions']).map((c) => pick(c, 'type', 'status', 'reason', 'message'));
  for (const name of ['initContainerStatuses', 'containerStatuses']) {
    if (status[name] !== undefined) slim[name] = list(status[name]).map(slimContainer);
  }
  return slim;
}

/** Labels, owner, node, phase, conditions, and the states of containers. */
export function slimPod(pod: KubeObject): KubeObject {
  const { apiVersion, kind, spec, status } = pod as KubeObject & { spec?: unknown; status?: unknown };
  const slim = { apiVersion, kind, metadata: slimMeta(pod), spec: pick(fields(spec), 'nodeName'), status: slimPodStatus(status) };
  return slim;
}

/** Spec and status whole, metadata without annotations. */
export function slimClaim(claim: KubeObject): KubeObject {
  return { ...claim, metadata: slimMeta(claim) };
}

/** Of a namespace: its labels. */
export function slimNamespace(namespace: KubeObject): KubeObject {
  return { apiVersion: namespace.apiVersion, kind: namespace.kind, metadata: slimMeta(namespace) };
}

/** Of a foreign Secret: that it exists, and in which version. There may be very many of them. */
export function slimSecret({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: { namespace, name, uid, resourceVersion } };
}
