import { describe, expect, it } from '@jest/globals';
import type { GeneratedSecret } from '../base/generated.ts';
import { ANNOTATION } from '../base/names.ts';
import { type Completion, completion, type Living } from './completion.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

const KEYS: GeneratedSecret['keys'] = {
  password: 24,
  probe: 24,
  'cluster-id': { make: 'uuid' },
  bootstrapped: { make: 'once', value: 'id-1' },
  token: { make: 'elasticsearch-service-token', account: 'elastic/kibana/lgtm' },
  users: { make: 'elasticsearch-users', passwords: { 'lgtm-operator': 'password' } },
  service_tokens: { make: 'elasticsearch-service-tokens', tokens: { 'elastic/kibana/lgtm': 'token' } },
};

const secretOf = (keys: GeneratedSecret['keys'], certificate?: GeneratedSecret['certificate']): GeneratedSecret => ({
  manifest: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n' } },
  keys,
  ...(certificate === undefined ? {} : { certificate }),
});

async function whole(secret: GeneratedSecret, living?: Living): Promise<Completion> {
  const result = await completion(secret, living, NOW);
  if ('broken' in result) throw new Error(result.broken);
  return result;
}

type Fields = Readonly<Record<string, string>>;

const changed = (fields: Fields, changes: Completion['data']): Fields =>
  Object.fromEntries(Object.entries({ ...fields, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null));

const after = (living: Living | undefined, { data, annotations }: Completion): Living => ({
  data: changed(living?.data ?? {}, data),
  annotations: changed(living?.annotations ?? {}, annotations),
});

const made = async (secret: GeneratedSecret): Promise<Living> => after(undefined, await whole(secret));

const text = ({ data }: Living, key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();

const NOTHING = { data: {}, annotations: {}, steps: [] };

const without = ({ data, annotations }: Living, ...keys: string[]): Living => ({
  annotations,
  data: Object.fromEntries(Object.entries(data).filter(([key]) => !keys.includes(key))),
});

describe('a Secret that is not there', () => {
  it('gets every key', async () => {
    const living = await made(secretOf(KEYS));
    expect(Object.keys(living.data).sort()).toEqual(Object.keys(KEYS).sort());
    expect(living.annotations[ANNOTATION.generated]).toBe(Object.keys(KEYS).join(','));
    expect(text(living, 'password')).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(text(living, 'bootstrapped')).toBe('id-1');
    expect(text(living, 'users')).toMatch(/^lgtm-operator:\{PBKDF2_STRETCH\}/);
    expect(text(living, 'service_tokens')).toMatch(/^elastic\/kibana\/lgtm:\{PBKDF2_STRETCH\}/);
  });

  it('tells nothing of its values in annotations or in what is logged', async () => {
    const secret = secretOf(KEYS, { commonName: 'c', names: ['a'] });
    const completed = await whole(secret);
    const living = after(undefined, completed);
    const told = JSON.stringify([completed.annotations, completed.steps]);
    for (const key of Object.keys(living.data)) {
      expect(told).not.toContain(text(living, key));
      expect(told).not.toContain(living.data[key]);
    }
    // Marks depend on the salts: the same password leaves another one.
    const marks = (await Promise.all([1, 2].map(() => made(secretOf({ p: { make: 'once', value: 'p' }, users: { make: 'elasticsearch-users', passwords: { u: 'p' } } })))))
      .map(({ annotations }) => annotations[ANNOTATION.derived]);
    expect(marks[0]).not.toBe(marks[1]);
  });
});

describe('a Secret that has everything', () => {
  it('is left alone, also when other values would be made today', async () => {
    const living = await made(secretOf(KEYS));
    expect(await whole(secretOf(KEYS), living)).toEqual({ ...NOTHING, due: Infinity });
    expect(await whole(secretOf({ ...KEYS, password: 99, bootstrapped: { make: 'once', value: 'id-2' } }), living)).toMatchObject(NOTHING);
  });

  it('keeps what is no longer wanted', async () => {
    const living = await made(secretOf(KEYS));
    expect(await whole(secretOf({ probe: 24 }), living)).toMatchObject(NOTHING);
  });
});

describe('a key that is not there', () => {
  it('is added when it is new, and from then on listed', async () => {
    const living = await made(secretOf({ password: 24 }));
    const completed = await whole(secretOf({ password: 24, probe: 24 }), living);
    expect(Object.keys(completed.data)).toEqual(['probe']);
    expect(completed.annotations).toEqual({ [ANNOTATION.generated]: 'password,probe' });
    expect(await whole(secretOf({ password: 24, probe: 24 }), after(living, completed))).toMatchObject(NOTHING);
  });

  it('is added when it is known at last', async () => {
    const living = await made(secretOf({ password: 24 }));
    const completed = await whole(secretOf({ password: 24, uuid: { make: 'once', value: 'u' } }), living);
    expect(text(after(living, completed), 'uuid')).toBe('u');
  });

  it('was lost when it is listed, and is not made again', async () => {
    const living = await made(secretOf(KEYS));
    for (const key of ['password', 'cluster-id', 'bootstrapped', 'token']) {
      const broken = { broken: `lacks ${key}, which the operator does not make a second time` };
      expect(await completion(secretOf(KEYS), without(living, key), NOW)).toEqual(broken);
      expect(await completion(secretOf(KEYS), { ...living, data: { ...living.data, [key]: '' } }, NOW)).toEqual(broken);
    }
    expect(await completion(secretOf(KEYS), without(living, 'password', 'probe'), NOW)).toMatchObject({ broken: expect.stringContaining('lacks password, probe,') });
  });

  it('counts as lost where the list is gone', async () => {
    const { data } = await made(secretOf({ password: 24 }));
    expect(await completion(secretOf({ password: 24, probe: 24 }), { data, annotations: {} }, NOW)).toMatchObject({ broken: expect.stringContaining('lacks probe') });
    expect(await whole(secretOf({ password: 24 }), { data, annotations: {} })).toMatchObject(NOTHING);
  });

  it('that somebody else has put there stays, and is listed', async () => {
    const living = await made(secretOf({ password: 24 }));
    const theirs = { ...living, data: { ...living.data, probe: 'eA==' } };
    const completed = await whole(secretOf({ password: 24, probe: 24 }), theirs);
    expect(completed).toMatchObject({ data: {}, annotations: { [ANNOTATION.generated]: 'password,probe' } });
  });
});

describe('what follows from other keys', () => {
  const two: GeneratedSecret['keys'] = { ...KEYS, users: { make: 'elasticsearch-users', passwords: { 'lgtm-operator': 'password', 'lgtm-probe': 'probe' } } };

  it('is made again when a user is added, with passwords as they are', async () => {
    const living = await made(secretOf(KEYS));
    const completed = await whole(secretOf(two), living);
    expect(Object.keys(completed.data)).toEqual(['users']);
    const next = after(living, completed);
    expect(text(next, 'users').split('\n').map((line) => line.split(':')[0])).toEqual(['lgtm-operator', 'lgtm-probe', '']);
    expect(await whole(secretOf(two), next)).toMatchObject(NOTHING);
  });

  it('is made again when somebody has set another password or token, or has changed or lost it', async () => {
    const living = await made(secretOf(two));
    const password = await whole(secretOf(two), { ...living, data: { ...living.data, probe: 'c2VjcmV0' } });
    expect([Object.keys(password.data), Object.keys(password.annotations)]).toEqual([['users'], [ANNOTATION.derived]]);
    for (const users of ['', 'eA==']) expect(Object.keys((await whole(secretOf(two), { ...living, data: { ...living.data, users } })).data)).toEqual(['users']);
    expect(Object.keys((await whole(secretOf(two), { ...living, annotations: { [ANNOTATION.generated]: Object.keys(two).join(',') } })).data)).toEqual(['users', 'service_tokens']);
  });

  it('cannot follow from a token of somebody else', async () => {
    const living = await made(secretOf(KEYS));
    const broken = { broken: 'holds a token that is not one of elastic/kibana/lgtm' };
    expect(await completion(secretOf(KEYS), { ...living, data: { ...living.data, token: 'eA==' } }, NOW)).toEqual(broken);
  });

  it('wants keys that have a recipe', async () => {
    await expect(completion(secretOf({ users: { make: 'elasticsearch-users', passwords: { u: 'nowhere' } } }), undefined, NOW)).rejects.toThrow('wants the key nowhere');
  });
});

describe('certificates', () => {
  const certificate = { commonName: 'c', names: ['a'] };
  const secret = secretOf({ password: 24 }, certificate);

  it('come with the Secret, or are added to it', async () => {
    const all = 'password,ca.crt,ca.key,tls.crt,tls.key';
    const living = await made(secret);
    expect(living.annotations[ANNOTATION.generated]).toBe(all);
    const { due, ...rest } = await whole(secret, living);
    expect(rest).toEqual(NOTHING);
    expect(due).toBeGreaterThan(NOW);
    const before = await made(secretOf({ password: 24 }));
    const completed = await whole(secret, before);
    expect(Object.keys(completed.data).sort()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    expect(completed.annotations).toEqual({ [ANNOTATION.generated]: all });
  });

  it('are lost with the authority, but not with the leaf', async () => {
    const living = await made(secret);
    for (const key of ['ca.crt', 'ca.key']) expect(await completion(secret, without(living, key), NOW)).toMatchObject({ broken: expect.stringContaining(`lacks ${key}`) });
    const completed = await whole(secret, without(living, 'tls.crt', 'tls.key'));
    expect(completed.steps).toEqual(['a certificate was issued']);
  });

  it('change on request, which is taken back with the first step', async () => {
    const living = await made(secret);
    const asked = { ...living, annotations: { ...living.annotations, [ANNOTATION.rotate]: 'now' } };
    const completed = await whole(secret, asked);
    expect(Object.keys(completed.data).sort()).toEqual(['ca-next.key', 'ca.crt']);
    expect(completed.annotations).toEqual({ [ANNOTATION.rotate]: null });
    // Nobody promised that for Secrets without certificates.
    expect(await whole(secretOf({ password: 24 }), asked)).toMatchObject(NOTHING);
  });
});
