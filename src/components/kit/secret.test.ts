import { describe, expect, it } from '@jest/globals';
import type { SecretFacts } from '../../base/view.ts';
import { requiredSecret } from './secret.ts';

const found = (facts: SecretFacts): string[] =>
  requiredSecret({ namespace: 'n', name: 's', path: 'spec.ca', keys: ['ca.crt', 'tls.crt'] }, () => facts).map(({ code, severity, message }) => `${severity} ${code}: ${message}`);

describe('requiredSecret', () => {
  it('says what is missing, and what has expired, with the remedy', () => {
    expect(found({ state: 'absent' })).toEqual([
      'error SecretMissing: Secret n/s, named by spec.ca, does not exist: create it with the keys ca.crt and tls.crt',
    ]);
    expect(found({ state: 'present', keys: ['ca.crt', 'other.crt'], hash: 'h', expired: ['ca.crt', 'other.crt'] })).toEqual([
      'error CertificateExpired: the certificate under the key ca.crt of Secret n/s, named by spec.ca, has expired: renew it',
      'error SecretKeyMissing: Secret n/s, named by spec.ca, has no value under the key tls.crt: add it',
    ]);
  });

  it('says nothing of what is not known yet, or in order', () => {
    expect(found({ state: 'unread' })).toEqual([]);
    expect(found({ state: 'present', keys: ['ca.crt', 'tls.crt'], hash: 'h' })).toEqual([]);
  });
});
