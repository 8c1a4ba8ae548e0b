import type { ObjectRef } from '../base/object.ts';
import { ApiError, isForbidden, isInvalid } from '../kube/errors.ts';
import type { Refusal } from './controller.ts';

/** What the API server says when a field exists but may not be changed. */
const IMMUTABLE = /immutable|may not change once set|cannot change roleRef|updates to \w+ spec for fields other than/i;

/** The API server answers 500 to server-side apply with an unknown field, and to what is too large for etcd. */
const HOPELESS = /failed to create (?:typed|manager)|field not declared in schema|request is too large/i;

const field = (error: ApiError): string => {
  const named = (error.details?.causes ?? []).flatMap((cause) => (cause.field === undefined ? [] : [cause.field]));
  return named.length === 0 ? '' : ` (${[...new Set(named)].join(', ')})`;
};

const isInvalidRequest = (error: ApiError): boolean =>
  isInvalid(error) || error.status === 400 || error.status === 413 || (error.status === 500 && HOPELESS.test(error.message));

/** The refusal that an error of a write stands for; undefined for whatever trying again may mend. */
export function refusalOf(error: unknown, ref: ObjectRef): Refusal | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (isForbidden(error)) return { ref, reason: 'Forbidden', message: error.message };
  if (!isInvalidRequest(error)) return undefined;
  const causes = (error.details?.causes ?? []).map((cause) => cause.message ?? '').join(' ');
  const immutable = IMMUTABLE.test(`${error.message} ${causes}`);
  return { ref, reason: immutable ? 'Immutable' : 'Invalid', message: immutable ? `${error.message}${field(error)}` : error.message };
}
