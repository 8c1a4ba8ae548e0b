import { nameKey, type KubeObject } from '../../src/base/object.ts';
import type { Condition } from '../../src/api/status.ts';
import { ApiError } from '../controlplane/index.ts';
import { merged, type WrongCase } from './cases.ts';
import type { Cluster, Seen } from './cluster.ts';

/** What was found while a resource was wrong. */
export interface Wrong {
  /** What the API server said when it refused to create it. */
  refusal?: string;
  /** The resource as the operator reported on it. */
  seen?: Seen;
  /** Note of the Event that goes with it. */
  event?: string;
  /** What the operator asked in the quiet time after that. */
  requests: readonly string[];
}

/** One case on its way: created, seen to be wrong, mended, seen to be well. */
export interface Trial {
  wrong: Promise<Wrong>;
  healed: Promise<Seen>;
}

/** Reasons that nothing wakes the operator from: it looks again by itself after a while. */
const LOOKED_AT_AGAIN: readonly (string | undefined)[] = ['NameTaken', 'ChildForbidden'];

const HEAL_MS = 30_000;
/** What was refused is tried again after a minute. */
const LATE_MS = 150_000;

export const conditionOf = (seen: Seen | undefined, type: string): Condition | undefined => seen?.status?.conditions?.find((condition) => condition.type === type);

const isCurrent = ({ metadata, status }: Seen): boolean => status?.observedGeneration === metadata.generation;

/** Every workload that was created is ready: nothing else will come of itself. */
const isSettled = ({ status }: Seen): boolean =>
  (status?.components ?? []).every(({ ready, desired, message }) => message === 'not created yet' || (message === undefined && ready >= desired));

export const isReady = (seen: Seen): boolean =>
  isCurrent(seen) && conditionOf(seen, 'Ready')?.status === 'True' && !conditionOf(seen, 'Stalled') && !conditionOf(seen, 'Reconciling');

async function place(cluster: Cluster, { namespace, given, subject }: WrongCase): Promise<void> {
  const labels = new Map(given.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  const names = new Set([namespace, ...[...given, subject].flatMap(({ metadata }) => metadata.namespace ?? [])]);
  for (const name of names) await cluster.ensureNamespace(name, labels.get(name) ?? {});
  for (const object of given.filter(({ kind }) => kind !== 'Namespace')) await cluster.create(object, namespace);
}

const refusalOf = async (attempt: Promise<void>): Promise<string | undefined> => {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 400 || error.status === 422)) return error.message;
    throw error;
  }
};

/** Waits until the operator has said what is wrong, and an Event too. */
async function reported(cluster: Cluster, { name, subject, expected }: WrongCase): Promise<Wrong> {
  const { condition, warning } = expected;
  if (warning) {
    const hasIt = (seen: Seen): boolean => isReady(seen) && (seen.status?.warnings ?? []).some(({ code }) => code === warning.code);
    const seen = await cluster.until(subject, `${name}: warning ${warning.code}`, hasIt);
    return { seen, event: await cluster.noteOfEvent(seen, 'Ready'), requests: [] };
  }
  const { type = 'Ready', reason = '' } = condition ?? {};
  const says = (seen: Seen): boolean => {
    const found = conditionOf(seen, type);
    return isCurrent(seen) && isSettled(seen) && found?.status === 'False' && found.reason === reason;
  };
  const seen = await cluster.until(subject, `${name}: ${type}=False ${reason}`, says);
  return { seen, event: await cluster.noteOfEvent(seen, reason), requests: [] };
}

async function makeWrong(cluster: Cluster, one: WrongCase): Promise<Wrong> {
  const { name, namespace, subject, expected } = one;
  await place(cluster, one);
  const refusal = await refusalOf(cluster.create(subject, namespace));
  if (refusal !== undefined) return { refusal, requests: [] };
  if (expected.refused !== undefined) throw new Error(`${name}: the API server has taken it`);
  if (expected.edit) {
    await cluster.until(subject, `${name}: Ready before it is made wrong`, isReady);
    await cluster.patch(subject, expected.edit);
  }
  const found = await reported(cluster, one);
  return { ...found, requests: await cluster.requestsInQuiet(namespace) };
}

/** Does what mends it; the resource to look at from then on. */
async function mend(cluster: Cluster, { namespace, subject, expected }: WrongCase, refused: boolean): Promise<KubeObject> {
  const { patch, apply, delete: remove } = expected.mend;
  if (refused) {
    const mended = merged(subject, patch);
    await cluster.create(mended, namespace);
    return mended;
  }
  for (const object of apply) await cluster.apply(object, namespace);
  for (const { kind, name } of remove) await cluster.remove(kind, name, namespace);
  if (patch) await cluster.patch(subject, patch);
  return subject;
}

async function heal(cluster: Cluster, one: WrongCase, { refusal }: Wrong): Promise<Seen> {
  const mended = await mend(cluster, one, refusal !== undefined);
  const { warning, condition } = one.expected;
  const timeoutMs = LOOKED_AT_AGAIN.includes(condition?.reason) ? LATE_MS : HEAL_MS;
  const isWell = (seen: Seen): boolean => isReady(seen) && !(seen.status?.warnings ?? []).some(({ code }) => code === warning?.code);
  return cluster.until(mended, `${nameKey({ namespace: one.namespace, name: one.subject.metadata.name })} to be well`, isWell, timeoutMs);
}

/**
 * The order of mending: what was refused all at once, then each of the others by itself, since any edit of a resource wakes those that
 * could refer to it, and would heal them by chance; and last, together, what takes a while.
 */
function groups(cases: readonly WrongCase[]): WrongCase[][] {
  const refused = cases.filter(({ expected }) => expected.refused !== undefined);
  const slow = cases.filter(({ expected }) => LOOKED_AT_AGAIN.includes(expected.condition?.reason));
  const others = cases.filter((one) => !refused.includes(one) && !slow.includes(one));
  return [refused, ...others.map((one) => [one]), slow];
}

/** Starts all cases, by name. Failures wait for whoever looks. */
export function startAll(cluster: Cluster, cases: readonly WrongCase[]): Map<string, Trial> {
  const wrong = new Map(cases.map((one) => [one.name, makeWrong(cluster, one)]));
  const trials = new Map<string, Trial>();
  let before: Promise<unknown> = Promise.allSettled(wrong.values());
  for (const group of groups(cases)) {
    const started = group.map((one): Trial => {
      const found = wrong.get(one.name) ?? Promise.reject(new Error(one.name));
      const healed = before.then(async () => heal(cluster, one, await found));
      trials.set(one.name, { wrong: found, healed });
      return { wrong: found, healed };
    });
    before = Promise.allSettled(started.map(({ healed }) => healed));
  }
  return trials;
}
