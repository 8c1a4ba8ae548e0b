import { type Finding, isFailure } from '../api/finding.ts';
import { isKind } from '../api/kinds.ts';
import { checkResource } from '../api/resource.ts';
import type { KubeObject } from '../base/object.ts';
import { CONTROLLERS } from '../controllers/index.ts';
import type { Plan } from '../status/plan.ts';
import { failure, warning } from '../api/finding.ts';
import { FileView } from './file-view.ts';
import { type Document, loadFiles, ours } from './files.ts';

export type Located = Finding & { source: string };

/** Where a kind names the resources that it has links to. */
const LINK_FIELDS: Readonly<Record<string, string>> = {
  DashboardStack: 'spec.stacks.refs',
  TracingStack: 'spec.metricsGenerator.remoteWrite.metricsStackRef',
};

/** Links to resources that are not among the files: they may be in the cluster, so they are no failure. */
const openLinks = (plan: Plan, kind: string): Finding[] =>
  plan.wires
    .filter(({ state, required }) => state === 'Denied' || (state === 'Waiting' && required === true))
    .map(({ state, why, to }) => (state === 'Denied' ? failure : warning)(state === 'Denied' ? 'ReferenceDenied' : 'ReferenceMissing', LINK_FIELDS[kind] ?? 'spec', why ?? to));

function findingsOf(object: KubeObject, view: FileView): Finding[] {
  const shape = checkResource(object);
  if (shape.length > 0 || !isKind(object.kind)) return shape;
  const plan = CONTROLLERS[object.kind].plan(object, view);
  return [...plan.findings, ...openLinks(plan, object.kind)];
}

/** Everything that can be said of resources in files, without a cluster. */
export function checkDocuments(documents: readonly Document[]): Located[] {
  const view = new FileView(documents.map(({ object }) => object));
  return ours(documents).flatMap(({ object, source }) =>
    findingsOf(object, view).map((finding) => ({ ...finding, source: `${source} ${object.kind}/${object.metadata.name}` })),
  );
}

/** The sentence without the path that it begins with, which stands in a column of its own. */
const sentence = ({ path, message }: Finding): string => (message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message);

/** One line each: where, path, code, sentence. */
export function printFindings(findings: readonly Located[], out: NodeJS.WritableStream): void {
  for (const finding of findings) {
    const { source, path, code, severity } = finding;
    out.write(`${source}: ${severity}: ${path === '' ? '-' : path}: ${code}: ${sentence(finding)}\n`);
  }
}

/** `lgtm-operator validate -f FILE…`: exit code 1 where something is wrong. */
export async function validateCommand(files: readonly string[], namespace: string): Promise<number> {
  const loaded = await loadFiles(files, namespace);
  const found: Located[] = [...loaded.findings, ...checkDocuments(loaded.documents)];
  printFindings(found, process.stdout);
  const failures = found.filter(isFailure).length;
  process.stdout.write(`${ours(loaded.documents).length} resources, ${failures} errors, ${found.length - failures} warnings\n`);
  return failures > 0 ? 1 : 0;
}
