import { readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import { failure, type Finding } from '../api/finding.ts';
import { isKind } from '../api/kinds.ts';
import { normalised } from '../api/resource.ts';
import { API_VERSION } from '../base/names.ts';
import type { KubeObject } from '../base/object.ts';

/** One document of the files given, and where it stands. */
export interface Document {
  object: KubeObject;
  /** `examples/plg.yaml#2` */
  source: string;
}

export interface Loaded {
  documents: Document[];
  findings: (Finding & { source: string })[];
}

const isObject = (value: unknown): value is KubeObject =>
  typeof value === 'object' && value !== null && 'kind' in value && 'apiVersion' in value;

/** `kubectl` puts what has no namespace into the current one; here that is `fallback`. Others (a Kustomization) may lack metadata. */
function placed(object: KubeObject, fallback: string): KubeObject {
  const given: Partial<KubeObject['metadata']> = object.metadata ?? {};
  const metadata = { ...given, name: given.name ?? '' };
  if (isKind(object.kind)) return { ...normalised(object), metadata: { ...metadata, namespace: given.namespace ?? fallback } };
  return { ...object, metadata: object.kind === 'Secret' ? { ...metadata, namespace: given.namespace ?? fallback } : metadata };
}

function parse(text: string, source: string, fallback: string): Loaded {
  const loaded: Loaded = { documents: [], findings: [] };
  try {
    loadAll(text).forEach((value, i) => {
      const at = `${source}#${i + 1}`;
      if (value === null || value === undefined) return;
      if (isObject(value)) loaded.documents.push({ object: placed(value, fallback), source: at });
      else loaded.findings.push({ ...failure('InvalidType', '', 'not a Kubernetes object: apiVersion or kind is missing'), source: at });
    });
  } catch (error) {
    loaded.findings.push({ ...failure('InvalidValue', '', `not YAML: ${(error as Error).message}`), source });
  }
  return loaded;
}

async function readText(path: string): Promise<string> {
  if (path !== '-') return readFile(path, 'utf8');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads YAML files (`-`: standard input); a broken one gives findings, not an exception. */
export async function loadFiles(paths: readonly string[], fallback: string): Promise<Loaded> {
  const all: Loaded = { documents: [], findings: [] };
  for (const path of paths) {
    const one = await readText(path).then(
      (text) => parse(text, path, fallback),
      (error: Error): Loaded => ({ documents: [], findings: [{ ...failure('InvalidValue', '', `cannot be read: ${error.message}`), source: path }] }),
    );
    all.documents.push(...one.documents);
    all.findings.push(...one.findings);
  }
  return all;
}

/** Documents of our own group. */
export const ours = (documents: readonly Document[]): Document[] =>
  documents.filter(({ object }) => object.apiVersion === API_VERSION || isKind(object.kind));
