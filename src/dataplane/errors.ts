import { ApiError } from '../kube/errors.ts';

/** Why a request to a product came to nothing. */
export type Trouble =
  /** No connection, or it broke: pods start and stop. */
  | 'network'
  | 'timeout'
  /** Its certificate cannot be trusted, or it speaks no TLS. */
  | 'certificate'
  /** 401: our credentials are not accepted. */
  | 'unauthorized'
  /** 403: they are, but do not allow this. */
  | 'forbidden'
  /** 403, since a paid licence has expired. */
  | 'license'
  /** 404 */
  | 'missing'
  /** 409: somebody else wrote at the same time. */
  | 'conflict'
  /** 429, 502, 503, 504: later. */
  | 'busy'
  /** Any other 4xx: what we have sent is wrong. */
  | 'invalid'
  /** Any other 5xx, or an answer that is not understood. */
  | 'broken'
  /** Our own side gave up. */
  | 'aborted';

export interface ProductErrorFields {
  trouble: Trouble;
  /** One clause, without credentials. */
  message: string;
  /** HTTP status; 0 when no answer came. */
  status?: number;
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** Everything that can go wrong with a request to a product. */
export class ProductError extends Error {
  override readonly name = 'ProductError';
  readonly trouble: Trouble;
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor({ trouble, message, status, retryAfterMs, cause }: ProductErrorFields) {
    super(message, cause === undefined ? undefined : { cause });
    this.trouble = trouble;
    this.status = status ?? 0;
    this.retryAfterMs = retryAfterMs;
  }
}

const OF_STATUS: Readonly<Record<number, Trouble>> = {
  401: 'unauthorized', 403: 'forbidden', 404: 'missing', 409: 'conflict', 429: 'busy', 502: 'busy', 503: 'busy', 504: 'busy',
};

const ofStatus = (status: number): Trouble => OF_STATUS[status] ?? (status >= 400 && status < 500 ? 'invalid' : 'broken');

const LONGEST = 300;

const clip = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

interface ErrorBody {
  error?: string | { reason?: string; root_cause?: { reason?: string }[]; 'license.expired.feature'?: string };
  message?: string;
}

const bodyOf = (body: unknown): ErrorBody => (typeof body === 'object' && body !== null ? body : {});

/** The words of Elasticsearch (`error.reason`), Kibana (`message`), or whatever stands between us (`error`). */
function reason({ error, message }: ErrorBody): string | undefined {
  if (typeof error === 'object') return error.root_cause?.[0]?.reason ?? error.reason;
  return message ?? error;
}

const expiredLicense = ({ error }: ErrorBody): boolean => typeof error === 'object' && error['license.expired.feature'] !== undefined;

/** `Retry-After` in ms: seconds, or a date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** An error from an answer other than 2xx. */
export function errorFromAnswer(status: number, body: unknown, wait: number | undefined): ProductError {
  const parsed = bodyOf(body);
  const words = reason(parsed);
  const trouble = status === 403 && expiredLicense(parsed) ? 'license' : ofStatus(status);
  return new ProductError({ trouble, status, retryAfterMs: wait, message: clip(words ?? `it answered ${status}`) });
}

/** OpenSSL's words for a chain or a name that does not hold, as Node passes them on; and `ERR_TLS_…`, `ERR_SSL_…`. */
const DISTRUST = /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$)/;

function codeOf(error: unknown): string {
  const { code, cause } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && !code.startsWith('UND_')) return code;
  return cause === undefined || cause === error ? (typeof code === 'string' ? code : '') : codeOf(cause);
}

const wordsOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string' ? error.message : String(error);

/** An error of the connection. */
export function errorFromConnection(error: unknown): ProductError {
  if (error instanceof ProductError) return error;
  if (error instanceof ApiError) return new ProductError({ trouble: error.reason === 'Timeout' ? 'timeout' : 'aborted', message: error.message, cause: error });
  const code = codeOf(error);
  const words = wordsOf(error);
  if (DISTRUST.test(code)) return new ProductError({ trouble: 'certificate', message: clip(distrust(code, words)), cause: error });
  return new ProductError({ trouble: 'network', message: clip(code === '' ? words : code), cause: error });
}

/** OpenSSL writes file names and thread numbers of its own around the few words that matter. */
const distrust = (code: string, words: string): string =>
  code === 'EPROTO' || code.startsWith('ERR_SSL_') ? `no TLS connection comes about (${code})` : `${words.split('\n')[0] ?? ''} (${code})`;
