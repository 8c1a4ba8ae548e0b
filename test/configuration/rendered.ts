import { readdir, readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import { LABEL } from '../../src/base/names.ts';
import type { Manifest } from '../../src/base/object.ts';
import { loadFiles } from '../../src/cli/files.ts';
import { renderDocuments } from '../../src/cli/render.ts';

const EXAMPLES = new URL('../../examples/', import.meta.url);

/** Paths of all examples. */
export async function examplePaths(): Promise<string[]> {
  const names = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.yaml')).sort();
  return names.map((name) => new URL(name, EXAMPLES).pathname);
}

/** Everything that the examples render, by example. */
export async function exampleManifests(): Promise<Map<string, Manifest[]>> {
  const all = new Map<string, Manifest[]>();
  for (const path of await examplePaths()) {
    const { documents } = await loadFiles([path], 'default');
    all.set(path.slice(EXAMPLES.pathname.length), loadAll(renderDocuments(documents)) as Manifest[]);
  }
  return all;
}

export interface RenderedFile {
  /** `plg.yaml/logs-loki` */
  source: string;
  text: string;
}

/** A file of that name from every ConfigMap that has it, of one product where that is given. */
export async function exampleFiles(key: string, product?: string): Promise<RenderedFile[]> {
  return [...(await exampleManifests())].flatMap(([example, manifests]) =>
    manifests.flatMap((manifest) => {
      const text = (manifest.data as Record<string, string> | undefined)?.[key];
      const wanted = product === undefined || manifest.metadata.labels?.[LABEL.name] === product;
      return wanted && manifest.kind === 'ConfigMap' && text !== undefined ? [{ source: `${example}/${manifest.metadata.name}`, text }] : [];
    }),
  );
}

export const readGolden = (folder: URL, name: string): Promise<string> => readFile(new URL(name, folder), 'utf8');
