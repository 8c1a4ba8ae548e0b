import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isKind, KINDS } from '../../src/api/kinds.ts';
import { API_VERSION } from '../../src/base/names.ts';
import type { KubeObject, Manifest, ObjectRef, ResourceType } from '../../src/base/object.ts';
import { nameOf, refKey, refOf } from '../../src/base/object.ts';
import { K8S, type K8sKind } from '../../src/base/resources.ts';
import type { SecretFacts } from '../../src/base/view.ts';
import { FileView } from '../../src/cli/file-view.ts';
import { type Document, loadFiles, ours } from '../../src/cli/files.ts';
import { orderedManifests } from '../../src/cli/render.ts';
import { CONTROLLERS } from '../../src/controllers/index.ts';
import { collectionPath, objectPath } from '../../src/kube/paths.ts';
import type { Plan } from '../../src/status/plan.ts';
import { USER_KEYS } from '../../src/testing/resources.ts';

/** Resources to put on an API server, and what the same code that renders them offline says of them. */

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

export const exampleFiles: readonly string[] = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml')).sort();

const secretOf = (namespace: string, name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type: 'Opaque',
  data: Object.fromEntries(USER_KEYS.map((key) => [key, Buffer.from(`the ${key}`).toString('base64')])),
});

/** Remembers which Secrets plans ask for. */
class AskedView extends FileView {
  readonly asked = new Map<string, Manifest>();

  override secret(namespace: string, name: string): SecretFacts {
    const facts = super.secret(namespace, name);
    if (facts.state === 'unread') this.asked.set(`${namespace}/${name}`, secretOf(namespace, name));
    return facts;
  }
}

const document = (object: KubeObject): Document => ({ object, source: refKey(refOf(object)) });

/** The documents, and each Secret that they name and do not bring. */
function withSecrets(documents: readonly Document[]): Document[] {
  const view = new AskedView(documents.map(({ object }) => object));
  const plans = ours(documents).map(({ object }) => planIn(object, view));
  const generated = new Set(plans.flatMap((plan) => plan.generated.map(({ manifest }) => manifest.metadata.name)));
  const theirs = [...view.asked.values()].filter(({ metadata }) => !generated.has(metadata.name) && !metadata.name.endsWith('-elasticsearch-cluster'));
  return [...theirs.map(document), ...documents];
}

/** A file of examples/, complete with the Secrets that it names. */
export async function example(name: string): Promise<Document[]> {
  const { documents, findings } = await loadFiles([`${EXAMPLES}${name}`], 'default');
  if (findings.length > 0) throw new Error(`${name}: ${JSON.stringify(findings)}`);
  return withSecrets(documents);
}

/** A LogStack on S3 with three replicas, and a DashboardStack with an Ingress: together with the PLG example every kind of child. */
export const objectStorage = (namespace: string): Document[] =>
  withSecrets(
    [
      {
        apiVersion: API_VERSION,
        kind: 'LogStack',
        metadata: { name: 'logs', namespace },
        spec: {
          backend: 'loki',
          size: 'demo',
          storage: { type: 's3', s3: { bucket: 'logs', region: 'eu-central-1', secretName: 's3' } },
          loki: { replicas: 3 },
          collection: { alloy: {} },
        },
      },
      { apiVersion: API_VERSION, kind: 'DashboardStack', metadata: { name: 'dash', namespace }, spec: { size: 'demo', ingress: { host: 'grafana.example.org' } } },
    ].map((object) => document(object as KubeObject)),
  );

function planIn(object: KubeObject, view: FileView): Plan {
  if (!isKind(object.kind)) throw new Error(`${object.kind} is no kind of ours`);
  return CONTROLLERS[object.kind].plan(object, view);
}

export interface Planned {
  owner: KubeObject;
  plan: Plan;
  /** All children, in the order in which they are applied; generated Secrets without their values. */
  children: readonly Manifest[];
}

/** What each of our resources among the documents asks for. */
export function planned(documents: readonly Document[]): Planned[] {
  const view = new FileView(documents.map(({ object }) => object));
  return ours(documents).map(({ object: owner }) => {
    const plan = planIn(owner, view);
    return { owner, plan, children: orderedManifests(plan) };
  });
}

export function typeOf(kind: string): ResourceType {
  if (isKind(kind)) return KINDS[kind].resource;
  const known = Object.hasOwn(K8S, kind) ? K8S[kind as K8sKind] : undefined;
  if (!known) throw new Error(`no kind ${kind}`);
  return known;
}

export const pathOf = (ref: ObjectRef, subresource?: string): string => objectPath(typeOf(ref.kind), ref, subresource);

export const collectionOf = (object: KubeObject): string => collectionPath(typeOf(object.kind), nameOf(object).namespace);

export const keyOf = (object: KubeObject): string => refKey(refOf(object));
