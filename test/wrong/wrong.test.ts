import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadCases, type WrongCase } from './cases.ts';
import { Cluster } from './cluster.ts';
import { conditionOf, start, type Trial } from './trial.ts';

/**
 * Wrong resources, one a file in cases/, against a real API server and the operator: refused where the API server can say it, else
 * reported with the remedy. None makes the operator crash or loop, and mending each one heals it. All are under way at once.
 */

const CASES = await loadCases();
const START_MS = 240_000;
const TRIAL_MS = 240_000;

const trials = new Map<string, Trial>();
let cluster: Cluster;
let ended: string | undefined;

beforeAll(async () => {
  cluster = await Cluster.start();
  for (const one of CASES) trials.set(one.name, start(cluster, one));
}, START_MS);

afterAll(async () => { const all: Record<string, unknown> = {}; for (const [k, t] of trials) { const w = await t.wrong.catch(String); const h = await t.healed.catch(String); all[k] = { w, h }; } (await import('node:fs')).writeFileSync('/tmp/w/wrong.json', JSON.stringify(all, null, 1)); }, 60000); //DBG
const stop = async (): Promise<string> => (ended ??= await cluster.stop());

afterAll(stop, 60_000);

function trialOf(name: string): Trial {
  const trial = trials.get(name);
  if (!trial) throw new Error(`${name} was not started`);
  return trial;
}

const table = (holds: (one: WrongCase) => boolean): [string, WrongCase][] => CASES.filter(holds).map((one) => [`${one.name}: ${one.expected.title}`, one]);

describe.each(table(({ expected }) => expected.refused !== undefined))('%s', (_title, { name, expected }) => {
  it('is refused by the API server, which names the field', async () => {
    const { refusal } = await trialOf(name).wrong;
    expect(refusal).toContain(expected.refused);
  }, TRIAL_MS);

  it('is taken once mended, and becomes Ready', async () => {
    expect(conditionOf(await trialOf(name).healed, 'Ready')).toMatchObject({ status: 'True', reason: 'Ready' });
  }, TRIAL_MS);
});

describe.each(table(({ expected }) => expected.condition !== undefined))('%s', (_title, { name, expected: { condition, healed } }) => {
  it('is reported in a condition that says what to do, and in an Event', async () => {
    const { seen, event } = await trialOf(name).wrong;
    const generation = seen?.metadata.generation;
    const said = conditionOf(seen, condition?.type ?? '');
    expect(said).toMatchObject({ status: 'False', reason: condition?.reason, observedGeneration: generation });
    expect(said?.message).toContain(condition?.says);
    expect(conditionOf(seen, 'Ready')).toMatchObject({ status: 'False', reason: condition?.reason, message: expect.stringContaining(said?.message ?? '') });
    expect(conditionOf(seen, condition?.progress ?? '')).toMatchObject({ status: 'True', reason: condition?.reason, observedGeneration: generation });
    expect(event).toBe(said?.message);
  }, TRIAL_MS);

  it('leaves the operator at rest', async () => {
    expect((await trialOf(name).wrong).requests).toEqual([]);
  }, TRIAL_MS);

  it('heals by itself once mended', async () => {
    const seen = await trialOf(name).healed;
    expect(conditionOf(seen, condition?.type ?? '')?.status).toBe('True');
    expect(conditionOf(seen, 'Stalled')).toBeUndefined();
    expect(seen.status).toMatchObject(healed);
  }, TRIAL_MS);
});

describe.each(table(({ expected }) => expected.warning !== undefined))('%s', (_title, { name, expected: { warning } }) => {
  it('is Ready, and warned about in its status', async () => {
    const { seen } = await trialOf(name).wrong;
    const said = seen?.status?.warnings?.find(({ code }) => code === warning?.code);
    expect(said?.message).toContain(warning?.says);
  }, TRIAL_MS);

  it('leaves the operator at rest', async () => {
    expect((await trialOf(name).wrong).requests).toEqual([]);
  }, TRIAL_MS);

  it('is no longer warned about once mended', async () => {
    expect((await trialOf(name).healed).status?.warnings ?? []).toEqual([]);
  }, TRIAL_MS);
});

describe('the operator, after all that', () => {
  it('has met no error, and still does what it is told', async () => {
    await Promise.allSettled([...trials.values()].map(({ healed }) => healed));
    expect(cluster.errors).toEqual([]);
    expect(await stop()).toBe('stopped');
  }, TRIAL_MS);
});
