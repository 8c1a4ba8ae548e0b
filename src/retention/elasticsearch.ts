import { durationMs, formatDuration } from '../api/duration.ts';
import type { LogStackSpec } from '../api/logstack.ts';
import type { RetentionRow } from '../api/status.ts';
import { FAILURES_DEFAULT, lifecycleName, rolloverAge, type Signal, signalsOf } from '../components/elasticsearch/lifecycle.ts';
import type { Owner } from '../components/kit/owner.ts';

type Row = Omit<RetentionRow, 'inForce'>;

const MINUTE = 60_000;
const DAY = 86_400_000;

/** How often Elasticsearch looks whether an index is to be rolled over, or deleted (its defaults, which nobody may change here). */
const POLL = { policy: 10 * MINUTE, failures: 5 * MINUTE } as const;

/** Age at which Elasticsearch rolls over what it could not index, by how long it keeps it. */
function failuresRollover(period: number): number {
  if (period <= 14 * DAY) return DAY;
  return period <= 90 * DAY ? 7 * DAY : 30 * DAY;
}

/** Age of the oldest record at the latest when its index goes: its period counts from the rollover, and each step waits for a look. */
const policyAge = (retention: string): number => durationMs(retention) + rolloverAge(retention) + 2 * POLL.policy;

const failuresAge = (period: number): number => period + failuresRollover(period) + 2 * POLL.failures;

function policyRow(owner: Owner, signal: Signal, wanted: string | undefined): Row {
  const row = { signal, tenant: '*', where: `ILM policy ${lifecycleName(owner, signal)}` };
  if (wanted === undefined) return { ...row, wanted: 'forever', maxAge: 'forever' };
  return { ...row, wanted, maxAge: formatDuration(policyAge(wanted)) };
}

/** Records that could not be indexed: Elasticsearch deletes them in any case. */
function failuresRow(owner: Owner, signal: Signal, wanted = FAILURES_DEFAULT): Row {
  const where = `failure store of ${lifecycleName(owner, signal)}`;
  return { signal: `failed ${signal}`, tenant: '*', where, wanted, maxAge: formatDuration(failuresAge(durationMs(wanted))) };
}

/** Rows of the status, less what is in force: that is for the status to see. */
export const elasticsearchRetentionRows = (owner: Owner, spec: LogStackSpec): Row[] =>
  signalsOf(spec).flatMap((signal) => [policyRow(owner, signal, spec.retention), failuresRow(owner, signal, spec.retention)]);
