import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadAll } from 'js-yaml';
import { ANNOTATION, LABEL, MANAGER } from '../../src/base/names.ts';
import type { Manifest } from '../../src/base/object.ts';
import { refOf } from '../../src/base/object.ts';
import type { Document } from '../../src/cli/files.ts';
import { renderDocuments } from '../../src/cli/render.ts';
import { differences } from '../../src/engine/subset.ts';
import { type AuditRecord, type ControlPlane, startControlPlane } from '../controlplane/index.ts';
import { START_MS } from '../controlplane/testing.ts';
import { describeWith } from '../programs/describe.ts';
import { Bench, target, targetOf } from './bench.ts';
import { ownership } from './owned.ts';
import { example, exampleFiles, keyOf, objectStorage, planned } from './stacks.ts';

/** `render` prints what the operator applies: all of it, nothing else, and in that order. */

const TEST_MS = 120_000;

const SCENES: readonly (readonly [string, () => Promise<Document[]> | Document[]])[] = [
  ...exampleFiles.map((name) => [`examples/${name}`, () => example(name)] as const),
  ['a stack on S3 with three replicas', () => objectStorage('render')],
];

const parsed = (text: string): Manifest[] => loadAll(text) as Manifest[];

const isGenerated = ({ metadata }: Manifest): boolean => metadata.annotations?.[ANNOTATION.generated] !== undefined;

await describeWith(['etcd', 'kube-apiserver'], 'what render prints', () => {
  let plane: ControlPlane;
  let bench: Bench;

  beforeAll(async () => {
    plane = await startControlPlane();
    bench = await Bench.open(plane);
  }, START_MS);

  afterAll(async () => {
    await bench.close();
    await plane.stop();
  });

  describe.each(SCENES)('for %s', (_name, load) => {
    let documents: Document[];
    let printed: Manifest[];
    let written: readonly AuditRecord[];

    beforeAll(async () => {
      documents = await load();
      printed = parsed(renderDocuments(documents));
      await bench.apply(documents);
      const since = await plane.auditLog.mark();
      await bench.start();
      await bench.playWorkloads(documents);
      // Nobody answers for Elasticsearch here: what is written does not depend on it.
      if (planned(documents).every(({ plan }) => plan.products.length === 0)) await bench.untilReady(documents);
      await bench.quiet();
      written = (await bench.writes(since)).children;
    }, TEST_MS);

    afterAll(async () => {
      await bench.stop();
      await bench.clear();
    });

    /** A hash over values that are made in the cluster only (Kibana's token, the own CA) cannot be told offline. */
    const told = ({ path }: { path: string }): boolean => !path.endsWith(ANNOTATION.configHash) || planned(documents).every(({ plan }) => plan.products.length === 0);

    const living = (manifest: Manifest): Manifest => {
      const found = bench.live.get(refOf(manifest));
      if (!found) throw new Error(`no ${keyOf(manifest)}`);
      return found;
    };

    it('lives, every field of it, and nothing else was written', () => {
      expect(printed.length).toBeGreaterThan(0);
      for (const manifest of printed) expect({ of: keyOf(manifest), differences: [...differences(manifest, living(manifest))].filter(told) }).toEqual({ of: keyOf(manifest), differences: [] });
      expect(written.map(target).sort()).toEqual(printed.map(targetOf).sort());
    });

    it("is what the operator owns, with its hash and its owner's mark", () => {
      const hash = `metadata.annotations.${ANNOTATION.appliedHash}`;
      const labels = [LABEL.ownerNamespace, LABEL.ownerUid].map((label) => `metadata.labels.${label}`);
      for (const manifest of printed.filter((one) => !isGenerated(one))) {
        const marks = manifest.metadata.namespace === undefined ? [hash, ...labels] : [hash, 'metadata.ownerReferences'];
        expect({ of: keyOf(manifest), ...owned(manifest, 'Apply') }).toEqual({ of: keyOf(manifest), missing: [], beyond: marks.sort() });
      }
    });

    it('is what the operator owns of what it generates, with the values', () => {
      for (const manifest of printed.filter(isGenerated)) {
        const keys = (manifest.metadata.annotations?.[ANNOTATION.generated] ?? '').split(',').map((key) => `data.${key}`);
        const mark = `metadata.annotations.${ANNOTATION.derived}`;
        const marks = living(manifest).metadata.annotations?.[ANNOTATION.derived] === undefined ? [] : [mark];
        expect({ of: keyOf(manifest), ...owned(manifest, 'Update') }).toEqual({ of: keyOf(manifest), missing: [], beyond: [...keys, ...marks].sort() });
      }
    });

    /** Ours against the only entry of our manager. */
    function owned(manifest: Manifest, operation: string): ReturnType<typeof ownership> {
      const entries = (living(manifest).metadata.managedFields ?? []).filter(({ manager }) => manager === MANAGER);
      expect(entries).toEqual([expect.objectContaining({ operation })]);
      return ownership(manifest, entries[0]?.fieldsV1);
    }

    it('comes in the order in which it was written', () => {
      for (const { children } of planned(documents)) {
        const mine = new Map(children.map((child) => [targetOf(child), waveOf(child)]));
        const waves = (names: readonly string[]): (number | undefined)[] => names.filter((name) => mine.has(name)).map((name) => mine.get(name));
        const inOrder = [...mine.values()].sort((a, b) => a - b);
        expect(waves(printed.map(targetOf))).toEqual(inOrder);
        expect(waves(written.map(target))).toEqual(inOrder);
      }
    });
  });
});

/** Each of these must be there before the next: credentials, identities and configuration, addresses, workloads, ways in. */
const ORDER: readonly (readonly string[])[] = [
  ['ServiceAccount', 'ClusterRoleBinding', 'ConfigMap'],
  ['Service', 'NetworkPolicy', 'PodDisruptionBudget'],
  ['StatefulSet', 'DaemonSet', 'Deployment'],
  ['Job'],
  ['Ingress'],
];

function waveOf(manifest: Manifest): number {
  if (isGenerated(manifest)) return -1;
  const wave = ORDER.findIndex((kinds) => kinds.includes(manifest.kind));
  if (wave < 0) throw new Error(`when is a ${manifest.kind} written?`);
  return wave;
}

describe('render', () => {
  const ROOT = fileURLToPath(new URL('../../', import.meta.url));
  const render = async (file: string, env: object): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [`${ROOT}src/main.ts`, 'render', '-f', `${ROOT}examples/${file}`], { env: { ...process.env, ...env } });
    return stdout;
  };

  it.each(exampleFiles)('prints the same bytes for %s, whoever asks and wherever', async (file) => {
    const first = await render(file, { TZ: 'Asia/Kolkata', LC_ALL: 'C' });
    expect(first).not.toBe('');
    expect(await render(file, { TZ: 'America/St_Johns', LC_ALL: 'tr_TR.UTF-8' })).toBe(first);
  }, TEST_MS);
});
