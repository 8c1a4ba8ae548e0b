import fc from 'fast-check';
import { isFailure } from '../../src/api/finding.ts';
import { KINDS, type Kind } from '../../src/api/kinds.ts';
import { checkResource, normalised } from '../../src/api/resource.ts';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { LABEL } from '../../src/base/names.ts';
import { isTree, type Tree } from '../../src/components/kit/merge.ts';
import { CONTROLLERS } from '../../src/controllers/index.ts';
import type { Plan } from '../../src/status/plan.ts';
import { completeSecret, viewOf } from '../../src/testing/resources.ts';
import { resourceShape, values } from '../apiserver/arbitraries.ts';

/** Specs drawn at random from the schemas, and the files that are rendered for them: for real programs to read. */

/** What users write in a program's own language is for that program to judge, not for us. */
const RAW = new Set(['config', 'podTemplate', 'extraConfig', 'additionalScrapeConfigs', 'raw', 'affinity', 'topologySpreadConstraints', 'from']);

function withoutRaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRaw);
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !RAW.has(key)).map(([key, item]) => [key, withoutRaw(item)]));
}

export interface Drawn {
  resource: KubeObject;
  plan: Plan;
}

/** `count` resources of a kind that its schema and its rules accept: the same for the same seed. `spec`: put over each. */
export function drawn(kind: Kind, count: number, { seed, spec = {} }: { seed: number; spec?: Tree }): Drawn[] {
  const one = values(resourceShape(KINDS[kind])).map((value) => {
    const { spec: own, ...rest } = value as { spec: Tree };
    const resource = normalised({ ...rest, spec: { ...(withoutRaw(own) as Tree), ...spec } } as unknown as KubeObject);
    return JSON.parse(JSON.stringify({ ...resource, metadata: { name: resource.metadata.name, namespace: 'obs', uid: 'u', generation: 1 } })) as KubeObject;
  });
  const found: Drawn[] = [];
  for (const resource of fc.sample(one, { numRuns: count * 200, seed })) {
    if (checkResource(resource).length > 0) continue;
    const plan = CONTROLLERS[kind].plan(resource, { ...viewOf({ resources: [resource] }), secret: () => completeSecret });
    if (plan.apply && !plan.findings.some(isFailure)) found.push({ resource, plan });
    if (found.length === count) return found;
  }
  throw new Error(`only ${found.length} of ${count} drawn ${kind} specs are valid`);
}

/** Every file of that name in the ConfigMaps of a component. */
export const filesOf = (manifests: readonly Manifest[], component: string, key: string): string[] =>
  manifests.flatMap((manifest) => {
    const text = (manifest.data as Record<string, string> | undefined)?.[key];
    const mine = manifest.kind === 'ConfigMap' && manifest.metadata.labels?.[LABEL.component] === component;
    return mine && text !== undefined ? [text] : [];
  });

export const SEED = Number(process.env.LGTM_SEED ?? 1);
