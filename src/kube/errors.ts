/** Everything that can go wrong with a request to the API server is one class; `status` and `reason` tell it apart. */

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** `Status.details` of the API server. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface ApiErrorFields {
  /** HTTP status; 0 when no answer came. */
  status: number;
  /** `Status.reason`, or `Timeout`, `Network`, `Aborted` when no answer came. */
  reason: string;
  message: string;
  details?: StatusDetails | undefined;
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(fields: ApiErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.status = fields.status;
    this.reason = fields.reason;
    this.details = fields.details;
    this.retryAfterSeconds = fields.retryAfterSeconds;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const reasonOf = (status: number): string => REASONS[status] ?? 'Unknown';

interface StatusBody {
  code?: number;
  reason?: string;
  message?: string;
  details?: StatusDetails;
}

const isStatus = (body: unknown): body is StatusBody =>
  typeof body === 'object' && body !== null && (body as { kind?: unknown }).kind === 'Status';

/** An error from a `Status` object, as a response body or inside a watch. */
export function errorFromStatus(
  body: unknown,
  http: { status?: number; retryAfterSeconds?: number | undefined } = {},
): ApiError {
  const status = isStatus(body) ? body : {};
  const code = http.status ?? status.code ?? 500;
  return new ApiError({
    status: code,
    reason: status.reason || reasonOf(code),
    message: status.message ?? `the API server answered ${code}`,
    details: status.details,
    retryAfterSeconds: http.retryAfterSeconds ?? status.details?.retryAfterSeconds,
  });
}

/** An error from an HTTP answer other than 2xx. What is no `Status` (a proxy's page) is quoted, shortened. */
export function errorFromResponse(status: number, text: string, retryAfter?: string): ApiError {
  const retryAfterSeconds = parseRetryAfter(retryAfter);
  try {
    const body: unknown = JSON.parse(text);
    if (isStatus(body)) return errorFromStatus(body, { status, retryAfterSeconds });
  } catch {
    // Not JSON: quoted below.
  }
  const quote = text.trim().slice(0, 200);
  const message = `the server answered ${status}${quote === '' ? '' : `: ${quote}`}`;
  return new ApiError({ status, reason: reasonOf(status), message, retryAfterSeconds });
}

/** Seconds of a `Retry-After` header. The API server never sends the date form, so that one counts as absent. */
function parseRetryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

/** Our own side gave up. */
export const abortedError = (): ApiError => new ApiError({ status: 0, reason: 'Aborted', message: 'the request was given up' });

const has = (e: unknown, status: number, ...reasons: string[]): boolean =>
  e instanceof ApiError && (e.status === status || reasons.includes(e.reason));

export const isNotFound = (e: unknown): boolean => has(e, 404);
/** 409 that is no `AlreadyExists`: somebody else wrote first, or a precondition failed. */
export const isConflict = (e: unknown): boolean => has(e, 409) && !isAlreadyExists(e);
export const isAlreadyExists = (e: unknown): boolean => e instanceof ApiError && e.reason === 'AlreadyExists';
export const isInvalid = (e: unknown): boolean => has(e, 422);
export const isForbidden = (e: unknown): boolean => has(e, 403);
export const isUnauthorized = (e: unknown): boolean => has(e, 401);
/** The resource version asked for is no longer known: list again. */
export const isGone = (e: unknown): boolean => has(e, 410, 'Expired', 'Gone');
/** No answer within the deadline; the server may have done it all the same. */
export const isTimeout = (e: unknown): boolean => e instanceof ApiError && e.status === 0 && e.reason === 'Timeout';
/** Our own side gave up: the caller's signal, or the client was closed. */
export const isAborted = (e: unknown): boolean => e instanceof ApiError && e.status === 0 && e.reason === 'Aborted';

/** The resource version asked for is not known *yet*: the server lags, or its store was restored from a backup. */
export const isTooLargeResourceVersion = (e: unknown): boolean =>
  e instanceof ApiError && (e.details?.causes ?? []).some((c) => c.reason === 'ResourceVersionTooLarge');

/** Whether the same request may well succeed later, without anybody changing anything. */
export function isRetryable(e: unknown): boolean {
  if (!(e instanceof ApiError)) return false;
  if (e.status === 0) return e.reason !== 'Aborted';
  return e.status === 401 || e.status === 429 || e.status >= 500;
}
