import type { ApiError } from './errors.ts';
import { isRetryable } from './errors.ts';
import type { KubeRequest } from './http.ts';

export const APPLY_PATCH = 'application/apply-patch+yaml';

const MAX_TRIES = 5;
const FIRST_DELAY_MS = 200;

interface Preconditioned {
  preconditions?: { uid?: string; resourceVersion?: string };
}

/**
 * Whether doing it twice is the same as doing it once. A DELETE is only with a precondition (it could hit a successor),
 * a PUT never (after a lost answer its own resourceVersion turns the second try into a false conflict).
 */
export function isIdempotent(request: KubeRequest): boolean {
  if (request.query?.['dryRun'] !== undefined) return true;
  switch (request.method) {
    case 'GET':
      return true;
    case 'PATCH':
      return request.contentType === APPLY_PATCH;
    case 'DELETE':
      return hasPrecondition(request.body as Preconditioned | undefined);
    case 'POST':
    case 'PUT':
      return false;
  }
}

function hasPrecondition(body: Preconditioned | undefined): boolean {
  const { uid, resourceVersion } = body?.preconditions ?? {};
  return uid !== undefined || resourceVersion !== undefined;
}

/** Whether it is worth another try within the same call. A deadline that has passed is not: no time is left. */
function isPassing(error: ApiError): boolean {
  if (error.status === 0) return error.reason === 'Network';
  if (error.status === 502 || error.status === 503) return true;
  return error.retryAfterSeconds !== undefined && isRetryable(error);
}

/**
 * How long to wait before the next try, in ms; undefined when the error is to be passed on. 429 is sent before a request
 * has any effect, so it is tried again for every verb; anything else only when that cannot do harm.
 */
export function retryDelay(request: KubeRequest, error: ApiError, tries: number, jitter: () => number): number | undefined {
  if (request.retry === false || tries >= MAX_TRIES) return undefined;
  const again = error.status === 429 || (isPassing(error) && isIdempotent(request));
  if (!again) return undefined;
  const backoff = FIRST_DELAY_MS * 2 ** (tries - 1) * (0.5 + jitter());
  return (error.retryAfterSeconds ?? 0) * 1000 + backoff;
}
