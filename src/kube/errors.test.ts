import { describe, expect, it } from '@jest/globals';
import {
  ApiError,
  errorFromResponse,
  errorFromStatus,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isRetryable,
  isTooLargeResourceVersion,
} from './errors.ts';

const body = (code: number, reason: string, details?: object): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `${reason}!`, details });

const noAnswer = (reason: string): ApiError => new ApiError({ status: 0, reason, message: reason });

describe('errors', () => {
  it('takes reason, message and details from a Status', () => {
    const causes = [{ reason: 'FieldValueInvalid', message: 'too small', field: 'spec.replicas' }];
    const error = errorFromResponse(422, body(422, 'Invalid', { name: 'x', kind: 'Deployment', causes }));
    expect(error).toMatchObject({ status: 422, reason: 'Invalid', message: 'Invalid!', details: { name: 'x', causes } });
    expect(isInvalid(error)).toBe(true);
  });

  it('tells the two 409 apart', () => {
    const taken = errorFromResponse(409, body(409, 'AlreadyExists'));
    const stale = errorFromResponse(409, body(409, 'Conflict'));
    expect([isAlreadyExists(taken), isConflict(taken)]).toEqual([true, false]);
    expect([isAlreadyExists(stale), isConflict(stale)]).toEqual([false, true]);
  });

  it('knows an expired version as an HTTP answer and inside a watch', () => {
    expect(isGone(errorFromResponse(410, body(410, 'Expired')))).toBe(true);
    expect(isGone(errorFromStatus({ kind: 'Status', code: 410, reason: 'Gone' }))).toBe(true);
    expect(isGone(errorFromResponse(404, body(404, 'NotFound')))).toBe(false);
  });

  it('knows a version from the future', () => {
    const details = { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 };
    const error = errorFromResponse(504, body(504, 'Timeout', details));
    expect(isTooLargeResourceVersion(error)).toBe(true);
    expect(error.retryAfterSeconds).toBe(1);
  });

  it.each([
    [403, 'Forbidden', isForbidden],
    [404, 'NotFound', isNotFound],
    [409, 'Conflict', isConflict],
    [410, 'Gone', isGone],
  ])('quotes what is no Status: %i', (status, reason, check) => {
    const error = errorFromResponse(status, `<html>${'x'.repeat(999)}</html>`);
    expect(error.reason).toBe(reason);
    expect(error.message.length).toBeLessThan(300);
    expect(check(error)).toBe(true);
    expect(errorFromResponse(status, '').message).toBe(`the server answered ${status}`);
  });

  it('reads Retry-After in seconds only', () => {
    expect(errorFromResponse(429, '', '7').retryAfterSeconds).toBe(7);
    expect(errorFromResponse(429, '', 'Fri, 31 Dec 1999 23:59:59 GMT').retryAfterSeconds).toBeUndefined();
  });

  it('says what passes by itself', () => {
    const retryable = [errorFromResponse(429, ''), errorFromResponse(500, ''), errorFromResponse(503, ''), noAnswer('Network'), noAnswer('Timeout')];
    const final = [errorFromResponse(403, ''), errorFromResponse(409, ''), errorFromResponse(422, ''), noAnswer('Aborted'), new Error('x'), undefined];
    expect(retryable.map(isRetryable)).toEqual(retryable.map(() => true));
    expect(final.map(isRetryable)).toEqual(final.map(() => false));
  });

  it('takes anything for a Status without failing', () => {
    for (const odd of [undefined, null, 7, 'x', [], {}, { kind: 'Status' }]) expect(errorFromStatus(odd)).toBeInstanceOf(ApiError);
  });
});
