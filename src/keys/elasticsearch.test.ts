import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { passwordHash, serviceToken, serviceTokensFile, usersFile } from './elasticsearch.ts';

/** PBKDF2 (RFC 8018, one block) written out, so that the test does not rely on what it tests. */
function derived(password: string, salt: Buffer, iterations: number): Buffer {
  const mac = (data: Buffer): Buffer => createHmac('sha512', password).update(data).digest();
  let block = mac(Buffer.concat([salt, Buffer.from([0, 0, 0, 1])]));
  const sum = Buffer.from(block);
  for (let i = 1; i < iterations; i++) {
    block = mac(block);
    for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) ^ (block[at] ?? 0);
  }
  return sum;
}

/** Elasticsearch's Hasher: prefix, iterations, salt and hash; the password is stretched with SHA-512 first. */
function verifies(password: string, hash: string): boolean {
  const [, iterations = '', salt = '', wanted = ''] = /^\{PBKDF2_STRETCH\}(\d+)\$([^$]+)\$([^$]+)$/.exec(hash) ?? [];
  const key = derived(createHash('sha512').update(password, 'utf8').digest('hex'), Buffer.from(salt, 'base64'), Number(iterations));
  return key.subarray(0, Buffer.from(wanted, 'base64').length).toString('base64') === wanted;
}

const lines = (file: string | undefined): [string, string][] =>
  (file ?? '').split('\n').filter(Boolean).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]);

describe('verifies (of this test)', () => {
  it("agrees with a hash out of Elasticsearch's own tests (PasswordHashAndBootstrpPwdIntegTests)", () => {
    const hash = '{PBKDF2_STRETCH}1000$JnmgicthPZkczB8MaQeJiV6IX43h7mSfPSzESqnYYSA=$OZKH5XFNK+M65mcKal6zgugWRcpl6wUXmSQZ6hPy+iw=';
    expect(verifies('password1', hash)).toBe(true);
    expect(verifies('password2', hash)).toBe(false);
  });
});

describe('passwordHash', () => {
  it.each(['secret', '', 'päss wörd €', 'x'.repeat(500)])('is one that Elasticsearch verifies: %j', async (password) => {
    const hash = await passwordHash(password);
    // 32 bytes of salt, and a key of 256 bits: what is not a multiple of 128 it refuses.
    expect(hash).toMatch(/^\{PBKDF2_STRETCH\}10000\$[A-Za-z0-9+/]{43}=\$[A-Za-z0-9+/]{43}=$/);
    expect(verifies(password, hash)).toBe(true);
    expect(verifies(`${password}!`, hash)).toBe(false);
  });

  it('has another salt each time', async () => {
    expect(await passwordHash('a')).not.toBe(await passwordHash('a'));
  });
});

describe('usersFile', () => {
  it('has a line for each user, and no empty one, at which Elasticsearch would complain', async () => {
    const file = await usersFile({ 'lgtm-operator': 'one', 'lgtm-probe': 'two' });
    expect(file).toMatch(/^[^\n]+\n[^\n]+\n$/);
    expect(lines(file).map(([user]) => user)).toEqual(['lgtm-operator', 'lgtm-probe']);
    expect(lines(file).map(([, hash], i) => verifies(i === 0 ? 'one' : 'two', hash))).toEqual([true, true]);
  });

  it.each(['', 'a:b', 'a\nroot', ' a', 'a ', 'ü', 'a'.repeat(508)])('refuses a name that would not be read back: %j', async (user) => {
    await expect(usersFile({ [user]: 'x' })).rejects.toThrow('no name for a user');
  });
});

describe('serviceToken', () => {
  it('is built as Elasticsearch builds it', () => {
    const bytes = Buffer.from(serviceToken('elastic/kibana/lgtm'), 'base64');
    expect([...bytes.subarray(0, 4)]).toEqual([0, 1, 0, 1]);
    expect(bytes.subarray(4).toString()).toMatch(/^elastic\/kibana\/lgtm:[A-Za-z0-9]{32}$/);
    expect(serviceToken('elastic/kibana/a1')).not.toContain('=');
  });

  it.each(['elastic/kibana', 'elastic/kibana/', 'elastic/kibana/_a', 'elastic/kibana/a b', 'elastic/kibana/a:b', 'a/elastic/kibana/b'])(
    'refuses an account without a good name of the token: %s',
    (account) => {
      expect(() => serviceToken(account)).toThrow('no service account');
    },
  );
});

describe('serviceTokensFile', () => {
  it("takes a token of Elasticsearch's own tests (ServiceAccountTokenTests)", async () => {
    const token = 'AAEAAWVsYXN0aWMvZmxlZXQtc2VydmVyL3Rva2VuMTpzdXBlcnNlY3JldA';
    const [[name, hash] = ['', '']] = lines(await serviceTokensFile({ 'elastic/fleet-server/token1': token }));
    expect(name).toBe('elastic/fleet-server/token1');
    expect(verifies('supersecret', hash)).toBe(true);
  });

  it('belongs to the tokens that we make', async () => {
    const token = serviceToken('elastic/kibana/lgtm');
    const [[, hash] = ['', '']] = lines(await serviceTokensFile({ 'elastic/kibana/lgtm': token }));
    expect(verifies(Buffer.from(token, 'base64').toString().split(':')[1] ?? '', hash)).toBe(true);
  });

  it('does not take the token of another account', async () => {
    expect(await serviceTokensFile({ 'elastic/kibana/other': serviceToken('elastic/kibana/lgtm') })).toBeUndefined();
    expect(await serviceTokensFile({ 'elastic/kibana/lgtm': 'hello' })).toBeUndefined();
  });
});
