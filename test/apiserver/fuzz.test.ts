import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FindingCode } from '../../src/api/finding.ts';
import { KINDS, type KindDefinition } from '../../src/api/kinds.ts';
import { checkResource } from '../../src/api/resource.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/index.ts';
import { type JsonObject, resourceShape, values } from './arbitraries.ts';
import { dryRun, installCrds, realCreate, type Verdict } from './installed.ts';
import { nearly } from './mutations.ts';

/**
 * The API server and `checkResource` must say the same of every object that can be created: half of them obey the
 * schema (though not always its rules), the other half differ from such a one by a single change. LGTM_SEED sets the seed.
 *
 * Not compared, since no schema of ours speaks of it: metadata other than the name (and `generateName`), and status,
 * which the API server drops on create.
 */

const SEED = Number(process.env['LGTM_SEED'] ?? 20_261_122);
const PER_KIND = 500;
const PROVED_FOR_REAL = 40;
const AT_ONCE = 8;

/** Codes that only `validate` and the reconcile give: the API server may accept what they refuse. */
const RECONCILE_ONLY: ReadonlySet<FindingCode> = new Set<FindingCode>([
  // The API server can carry a key named __proto__ in maps and raw objects.
  'UnsafeKey',
]);

interface Sample {
  object: JsonObject;
  change: string;
}

interface Judged extends Sample {
  server: Verdict;
}

/** Numbers, keys and order as they arrive over the wire. */
const overTheWire = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

function samples(kind: KindDefinition): Sample[] {
  const shape = resourceShape(kind);
  const valid = values(shape);
  const plain = fc.sample(valid, { seed: SEED, numRuns: PER_KIND / 2 }).map((object) => ({ object: overTheWire(object), change: 'none' }));
  const changed = fc.sample(nearly(shape, valid), { seed: SEED + 1, numRuns: PER_KIND / 2 });
  return [...plain, ...changed.map(({ value, change }) => ({ object: overTheWire(value), change }))];
}

/** What the two say of one object, when it is not the same. */
function disagreement({ object, change, server }: Judged, check: typeof checkResource): string | undefined {
  const findings = check(object);
  const shared = findings.filter(({ code }) => !RECONCILE_ONLY.has(code));
  if (shared.length === 0 && findings.length > 0) return undefined;
  if (server.accepted === (shared.length === 0)) return undefined;
  return [
    `object: ${JSON.stringify(object)}`,
    `change: ${change}`,
    `API server: ${server.accepted ? 'accepts' : `refuses: ${server.reason}`}`,
    `checkResource: ${shared.length === 0 ? 'accepts' : JSON.stringify(shared)}`,
  ].join('\n  ');
}

const disagreements = (judged: readonly Judged[], check: typeof checkResource): string[] =>
  judged.flatMap((one) => disagreement(one, check) ?? []);

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane({ audit: false });
  await installCrds(plane.client);
}, 180_000);

afterAll(() => plane.stop(), 60_000);

async function judge(kind: KindDefinition, all: readonly Sample[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const batch = all.slice(start, start + AT_ONCE);
    judged.push(...(await Promise.all(batch.map(async (one) => ({ ...one, server: await dryRun(plane.client, kind, one.object) })))));
  }
  return judged;
}

function report(kind: KindDefinition, judged: readonly Judged[]): number {
  const accepted = judged.filter(({ server }) => server.accepted).length;
  process.stdout.write(`fuzz ${kind.resource.kind}: seed ${SEED}, ${judged.length} objects, ${accepted} accepted, ${judged.length - accepted} refused\n`);
  return accepted / judged.length;
}

describe.each(Object.values(KINDS).map((kind) => [kind.resource.kind, kind] as const))('fuzzed %s', (_, kind: KindDefinition) => {
  it('is accepted by the API server exactly when checkResource finds nothing', async () => {
    const judged = await judge(kind, samples(kind));
    const share = report(kind, judged);
    expect(disagreements(judged, checkResource)).toEqual([]);
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.75);
    // The comparison itself: a check that says always the same is found out.
    expect(disagreements(judged, () => [])).not.toEqual([]);
  }, 180_000);

  it('gets the same answer from a dry run as from a real create', async () => {
    const all = samples(kind);
    const some = all.filter((_one, index) => index % Math.floor(all.length / PROVED_FOR_REAL) === 0);
    for (const { object } of some) {
      expect(await realCreate(plane.client, kind, object)).toEqual(await dryRun(plane.client, kind, object));
    }
  }, 180_000);
});
