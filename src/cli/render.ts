import { isFailure } from '../api/finding.ts';
import { isKind } from '../api/kinds.ts';
import { type KubeObject, refKey, refOf, type Manifest } from '../base/object.ts';
import { toYaml } from '../components/kit/yaml.ts';
import { CONTROLLERS } from '../controllers/index.ts';
import { waves } from '../engine/waves.ts';
import type { Plan } from '../status/plan.ts';
import { FileView } from './file-view.ts';
import { type Document, loadFiles, ours } from './files.ts';
import { checkDocuments, printFindings } from './validate.ts';

const planOf = (object: KubeObject, view: FileView): Plan | undefined =>
  isKind(object.kind) ? (CONTROLLERS[object.kind].plan(object, view)) : undefined;

/** Objects of one resource in the order in which the operator applies them: generated Secrets first. */
export const orderedManifests = (plan: Plan): Manifest[] => [...plan.generated.map(({ manifest }) => manifest), ...waves(plan.manifests).flat()];

function rendered(document: Document, view: FileView): string[] {
  const plan = planOf(document.object, view);
  if (!plan || plan.findings.some(isFailure) || plan.unmanaged) return [];
  return orderedManifests(plan).map((manifest) => `# ${refKey(refOf(document.object))}\n${toYaml(manifest)}`);
}

/** YAML of everything that the operator would apply for the resources in the files, byte-stable. */
export function renderDocuments(documents: readonly Document[]): string {
  const view = new FileView(documents.map(({ object }) => object));
  return ours(documents)
    .flatMap((document) => rendered(document, view))
    .map((text) => `---\n${text}`)
    .join('');
}

/** `lgtm-operator render -f FILE…`: prints, or says what is wrong and exits with 1. */
export async function renderCommand(files: readonly string[], namespace: string): Promise<number> {
  const loaded = await loadFiles(files, namespace);
  const findings = [...loaded.findings, ...checkDocuments(loaded.documents)];
  if (findings.some(isFailure)) {
    printFindings(findings, process.stderr);
    return 1;
  }
  process.stdout.write(renderDocuments(loaded.documents));
  return 0;
}
