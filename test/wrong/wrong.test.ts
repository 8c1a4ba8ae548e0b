import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inOneNamespace, runbook } from '../docs/runbooks.ts';
import { loadCases, type WrongCase } from './cases.ts';
import { Cluster } from './cluster.ts';
import { conditionOf, startAll, type Trial, type Wrong } from './trial.ts';

/**
 * Wrong resources, one a file in cases/, against a real API server and the operator: refused where the API server can say it, else
 * reported with the remedy. None makes the operator crash or loop, and mending each one heals it. All are wrong at once; they are mended one by one.
 */

const CASES = await loadCases();
const START_MS = 240_000;
const TRIAL_MS = 240_000;

let trials: ReadonlyMap<string, Trial>;
let cluster: Cluster;
let ended: string | undefined;

beforeAll(async () => {
  cluster = await Cluster.start();
  trials = startAll(cluster, CASES);
}, START_MS);

const stop = async (): Promise<string> => (ended ??= await cluster.stop());

afterAll(stop, 60_000);

function trialOf({ name }: WrongCase): Trial {
  const trial = trials.get(name);
  if (!trial) throw new Error(`${name} was not started`);
  return trial;
}

/** Cases of one outcome, with what is expected of it. */
function table<T>(outcome: (one: WrongCase) => T | undefined): [string, WrongCase, T][] {
  return CASES.flatMap((one): [string, WrongCase, T][] => {
    const wanted = outcome(one);
    return wanted === undefined ? [] : [[`${one.name}: ${one.expected.title}`, one, wanted]];
  });
}

describe.each(table(({ expected }) => expected.refused))('%s', (_title, one, refused) => {
  it('is refused by the API server, which names the field', async () => {
    expect((await trialOf(one).wrong).refusal).toContain(refused);
  }, TRIAL_MS);

  it('is taken once mended, and becomes Ready', async () => {
    expect(conditionOf(await trialOf(one).healed, 'Ready')).toMatchObject({ status: 'True', reason: 'Ready' });
  }, TRIAL_MS);
});

describe.each(table(({ expected }) => expected.condition))('%s', (_title, one, { type, reason, says, progress }) => {
  it('is reported in a condition that says what to do, and in an Event', async () => {
    const { seen, event = '' } = await trialOf(one).wrong;
    const about = { reason, observedGeneration: seen?.metadata.generation, message: event };
    expect(event).toContain(says);
    expect(seen?.status?.observedGeneration).toBe(seen?.metadata.generation);
    expect(conditionOf(seen, type)).toMatchObject({ status: 'False', ...about });
    expect(conditionOf(seen, 'Ready')).toMatchObject({ status: 'False', ...about });
    expect(conditionOf(seen, progress)).toMatchObject({ status: 'True', ...about });
  }, TRIAL_MS);

  it('leaves the operator at rest', async () => {
    expect((await trialOf(one).wrong).requests).toEqual([]);
  }, TRIAL_MS);

  it('heals by itself once mended', async () => {
    const seen = await trialOf(one).healed;
    expect(conditionOf(seen, type)).toMatchObject({ status: 'True' });
    expect(conditionOf(seen, 'Stalled')).toBeUndefined();
    expect(seen.status).toMatchObject(one.expected.healed);
  }, TRIAL_MS);
});

const warningIn = ({ seen }: Wrong, wanted: string): string | undefined => seen?.status?.warnings?.find(({ code }) => code === wanted)?.message;

describe.each(table(({ expected }) => expected.warning))('%s', (_title, one, { code, says }) => {
  it('is Ready, and warned about in its status', async () => {
    expect(warningIn(await trialOf(one).wrong, code)).toContain(says);
  }, TRIAL_MS);

  it('leaves the operator at rest', async () => {
    expect((await trialOf(one).wrong).requests).toEqual([]);
  }, TRIAL_MS);

  it('is no longer warned about once mended', async () => {
    expect((await trialOf(one).healed).status?.warnings ?? []).toEqual([]);
  }, TRIAL_MS);
});

describe('the operator, after all that', () => {
  /** Reason and sentence of a case, as a runbook would show it. */
  async function saidOf(one: WrongCase): Promise<[string, string]> {
    const { condition, warning } = one.expected;
    const wrong = await trialOf(one).wrong;
    if (condition) return [condition.reason, inOneNamespace(wrong.event ?? '', one.namespace)];
    const code = warning?.code ?? '';
    return [code, inOneNamespace(warningIn(wrong, code) ?? '', one.namespace)];
  }

  it('has said what its runbooks show', async () => {
    const said = Map.groupBy(await Promise.all(CASES.filter(({ expected }) => expected.refused === undefined).map(saidOf)), ([reason]) => reason);
    expect([...said].filter(([reason, all]) => !all.some(([, message]) => runbook(reason).includes(message)))).toEqual([]);
  }, TRIAL_MS);

  it('has met no error, and still does what it is told', async () => {
    await Promise.allSettled([...trials.values()].map(({ healed }) => healed));
    expect(cluster.errors).toEqual([]);
    expect(await stop()).toBe('stopped');
  }, TRIAL_MS);
});
