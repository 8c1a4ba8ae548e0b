import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { alloy } from '../../src/api/collectors/alloy.ts';
import * as beats from '../../src/api/collectors/beats.ts';
import { promtail } from '../../src/api/collectors/promtail.ts';
import type { Tree } from '../../src/components/kit/merge.ts';
import { BEATS } from '../../src/components/beats/defaults.ts';
import { OBTAIN_MS, program } from '../programs/program.ts';
import { type Drawn, drawnFrom, filesOf, SEED, specsOf, valuesOf } from './drawn.ts';

const execute = promisify(execFile);

/** How many specs each program reads: a sample in CI, `LGTM_MATRIX=60` by hand. */
const COUNT = Number(process.env.LGTM_MATRIX ?? 20);
const TEST_MS = 600_000;

/** Specs drawn from the schemas, rendered, and read by the real programs. */
describe(`${COUNT} specs drawn from the schemas (seed ${SEED})`, () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lgtm-matrix-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function file(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  /** Each file of a component, and what it was rendered from, to be shown where a program refuses it. */
  async function each(all: readonly Drawn[], component: string, key: string, read: (text: string) => Promise<unknown>): Promise<void> {
    let count = 0;
    for (const { resource, plan } of all) {
      for (const text of filesOf(plan.manifests, component, key)) {
        count++;
        await read(text).catch((error: unknown) => {
          throw new Error(`${JSON.stringify(resource.spec)}\n${text}`, { cause: error });
        });
      }
    }
    expect(count).toBeGreaterThanOrEqual(COUNT);
  }

  /** LogStacks with one collector, whose spec is drawn. */
  const collecting = (backend: string, name: string, schema: z.ZodType, over: Tree = {}): Drawn[] =>
    drawnFrom('LogStack', COUNT, SEED, valuesOf(schema).map((value) => ({ backend, collection: { [name]: { ...value, ...over } } })));

  it('are accepted by Loki', async () => {
    const loki = await program('loki');
    await each(drawnFrom('LogStack', COUNT, SEED, specsOf('LogStack', { backend: 'loki', buffer: undefined, processing: undefined, collection: undefined })), 'loki', 'config.yaml', async (text) => {
      const expand = text.includes('${AZURE_ACCOUNT_KEY}') ? ['-config.expand-env=true'] : [];
      const path = await file('loki.yaml', text);
      return execute(loki, [`-config.file=${path}`, '-target=all', '-verify-config', ...expand], { env: { ...process.env, AZURE_ACCOUNT_KEY: 'a2V5' } });
    });
  }, OBTAIN_MS);

  it("are read by Alloy's parser", async () => {
    const checker = await program('alloy-check');
    await each(collecting('loki', 'alloy', alloy, { podLogs: {} }), 'alloy', 'config.alloy', async (text) => execute(checker, [await file('config.alloy', text)]));
  }, OBTAIN_MS);

  it('are accepted by Promtail', async () => {
    const binary = await program('promtail');
    await each(collecting('loki', 'promtail', promtail, { migrateTo: undefined }), 'promtail', 'config.yaml', async (text) => {
      const path = await file('promtail.yaml', text.replaceAll('/run/promtail', folder));
      return execute(binary, ['-config.file', path, '-check-syntax']);
    });
  }, OBTAIN_MS);

  it.each(BEATS)('are read by the parser of Beats: %s', async (beat) => {
    const checker = await program('beats-check');
    const env = { ...process.env, NODE_NAME: 'n', SINK_PASSWORD: 'p', KUBERNETES_SERVICE_HOST: 'h', KUBERNETES_SERVICE_PORT: '443' };
    await each(collecting('elasticsearch', beat, beats[beat]), beat, `${beat}.yml`, async (text) => execute(checker, [await file('beat.yml', text)], { env }));
  }, TEST_MS);
});
