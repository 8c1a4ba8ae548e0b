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

/** What was refused is tried again after a minute. */
const HEAL_MS = 150_000;

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
  const { warning } = one.expected;
  const isWell = (seen: Seen): boolean => isReady(seen) && !(seen.status?.warnings ?? []).some(({ code }) => code === warning?.code);
  return cluster.until(mended, `${nameKey({ namespace: one.namespace, name: one.subject.metadata.name })} to be well`, isWell, HEAL_MS);
}

/** Starts a case; several can be under way at once. Failures wait for whoever looks. */
export function start(cluster: Cluster, one: WrongCase): Trial {
  const wrong = makeWrong(cluster, one);
  const healed = wrong.then((found) => heal(cluster, one, found));
  healed.catch(() => undefined);
  return { wrong, healed };
}
