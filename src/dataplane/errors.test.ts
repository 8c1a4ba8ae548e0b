import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../kube/errors.ts';
import { errorFromAnswer, errorFromConnection, retryAfterMs, type Trouble } from './errors.ts';

describe('an answer that is no success', () => {
  const elastic = (reason: string, more: object = {}): unknown => ({ error: { type: 'x', reason, root_cause: [{ type: 'x', reason }], ...more }, status: 0 });

  it.each<[number, unknown, Trouble, string]>([
    [401, elastic('unable to authenticate'), 'unauthorized', 'unable to authenticate'],
    [403, elastic('not allowed'), 'forbidden', 'not allowed'],
    [403, elastic('non-compliant', { 'license.expired.feature': 'monitoring' }), 'license', 'non-compliant'],
    [404, elastic('no such index'), 'missing', 'no such index'],
    [409, { statusCode: 409, error: 'Conflict', message: 'kibana says' }, 'conflict', 'kibana says'],
    [429, undefined, 'busy', 'it answered 429'],
    [400, elastic('bad'), 'invalid', 'bad'],
    [413, { error: 'too large' }, 'invalid', 'too large'],
    [500, 'a page', 'broken', 'it answered 500'],
    [503, elastic('no master'), 'busy', 'no master'],
  ])('%s %j: %s', (status, body, trouble, message) => {
    expect(errorFromAnswer(status, body, undefined)).toMatchObject({ status, trouble, message });
  });

  it('is cut short', () => {
    expect(errorFromAnswer(400, elastic('x'.repeat(5_000)), undefined).message.length).toBeLessThan(400);
  });

  it('says when to come back, in seconds or as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('7', now)).toBe(7_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
    expect([retryAfterMs(undefined, now), retryAfterMs('soon', now)]).toEqual([undefined, undefined]);
  });
});

describe('a connection that fails', () => {
  const coded = (code: string, cause?: unknown): Error => Object.assign(new Error(`${code} happened\nwith much detail`, { cause }), { code });

  it.each<[unknown, Trouble]>([
    [coded('ECONNREFUSED'), 'network'],
    [coded('ENOTFOUND'), 'network'],
    [coded('UND_ERR_SOCKET', coded('ECONNRESET')), 'network'],
    [coded('CERT_HAS_EXPIRED'), 'certificate'],
    [coded('UND_ERR', coded('SELF_SIGNED_CERT_IN_CHAIN')), 'certificate'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'certificate'],
    [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'certificate'],
    [new ApiError({ status: 0, reason: 'Timeout', message: 'no answer' }), 'timeout'],
    [new ApiError({ status: 0, reason: 'Aborted', message: 'given up' }), 'aborted'],
    [new Error('whatever'), 'network'],
  ])('%s: %s', (error, trouble) => {
    expect(errorFromConnection(error)).toMatchObject({ trouble, status: 0 });
    expect(errorFromConnection(error).message).not.toContain('\n');
  });
});
