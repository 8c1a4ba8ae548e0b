import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Authority } from './pki.ts';

describe('certificates', () => {
  const authority = new Authority('some-ca');
  const ca = new X509Certificate(authority.cert);

  it('come from an authority', () => {
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
  });

  it('carry user and groups', () => {
    const { cert, key } = authority.client('system:serviceaccount:a:b', ['one', 'two']);
    const read = new X509Certificate(cert);
    expect(read.subject).toBe('O=one\nO=two\nCN=system:serviceaccount:a:b');
    expect(read.ca).toBe(false);
    expect(read.verify(ca.publicKey) && read.checkIssued(ca)).toBe(true);
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  it('carry the names of a server', () => {
    const read = new X509Certificate(authority.server(['localhost', 'kubernetes.default.svc'], ['127.0.0.1', '10.96.0.1']).cert);
    expect(read.checkHost('localhost')).toBe('localhost');
    expect(read.checkIP('10.96.0.1')).toBe('10.96.0.1');
    expect(read.checkIP('10.96.0.2')).toBeUndefined();
  });
});
