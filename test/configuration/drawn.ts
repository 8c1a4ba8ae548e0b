import fc from 'fast-check';
import type { z } from 'zod';
import { structural } from '../../src/api/crd/structural.ts';
import { isFailure } from '../../src/api/finding.ts';
import { KINDS, type Kind } from '../../src/api/kinds.ts';
import { checkResource, normalised } from '../../src/api/resource.ts';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { API_VERSION, LABEL } from '../../src/base/names.ts';
import { isTree, type Tree } from '../../src/components/kit/merge.ts';
import { CONTROLLERS } from '../../src/controllers/index.ts';
import type { Plan } from '../../src/status/plan.ts';
import { completeSecret, viewOf } from '../../src/testing/resources.ts';
import { values } from '../apiserver/arbitraries.ts';

/** Specs drawn at random from the schemas, and the files that are rendered for them: for real programs to read. */

/** What users write in a program's own language is for that program to judge, not for us. */
const RAW = new Set(['config', 'podTemplate', 'extraConfig', 'additionalScrapeConfigs', 'raw', 'affinity', 'topologySpreadConstraints', 'from']);

function withoutRaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRaw);
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !RAW.has(key)).map(([key, item]) => [key, withoutRaw(item)]));
}

export interface Drawn {
  resource: KubeObject & { spec?: unknown };
  plan: Plan;
}

const CHUNK = 20;

/** Few of what is drawn is valid: so many times as much is tried before it is given up. */
const PATIENCE = 200;

function planned(kind: Kind, name: string, spec: Tree): Drawn | undefined {
  const text = JSON.stringify({ apiVersion: API_VERSION, kind, metadata: { name, namespace: 'obs', uid: 'u', generation: 1 }, spec: withoutRaw(spec) });
  const resource = normalised(JSON.parse(text) as KubeObject);
  if (checkResource(resource).length > 0) return undefined;
  const plan = CONTROLLERS[kind].plan(resource, { ...viewOf({ resources: [resource] }), secret: () => completeSecret });
  return plan.apply && !plan.findings.some(isFailure) ? { resource, plan } : undefined;
}

/** `count` resources of a kind, of specs that its schema and its rules accept: the same for the same seed. */
export function drawnFrom(kind: Kind, count: number, seed: number, specs: fc.Arbitrary<Tree>): Drawn[] {
  const found: Drawn[] = [];
  for (let i = 0; i < (count * PATIENCE) / CHUNK && found.length < count; i++) {
    for (const spec of fc.sample(specs, { numRuns: CHUNK, seed: seed * 1000 + i })) {
      const one = planned(kind, 'drawn', spec);
      if (one) found.push(one);
    }
  }
  if (found.length < count) throw new Error(`only ${found.length} of ${count} drawn ${kind} specs are valid`);
  return found.slice(0, count);
}

/** Whole specs of a kind; `over`: put over each. */
export const specsOf = (kind: Kind, over: Tree = {}): fc.Arbitrary<Tree> => values(structural(KINDS[kind].spec)).map((spec) => ({ ...(spec as Tree), ...over }));

/** Values of one part of a spec. */
export const valuesOf = (schema: z.ZodType): fc.Arbitrary<Tree> => values(structural(schema)).map((value) => value as Tree);

/** Every file of that name in the ConfigMaps of a component. */
export const filesOf = (manifests: readonly Manifest[], component: string, key: string): string[] =>
  manifests.flatMap((manifest) => {
    const text = (manifest.data as Record<string, string> | undefined)?.[key];
    const mine = manifest.kind === 'ConfigMap' && manifest.metadata.labels?.[LABEL.component] === component;
    return mine && text !== undefined ? [text] : [];
  });

export const SEED = Number(process.env.LGTM_SEED ?? 1);
