import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { LABEL, MANAGER } from '../base/names.ts';
import type { KubeObject, NamespacedName, ResourceType } from '../base/object.ts';
import { authorityCertificate, issuerOf, leafCertificate } from '../keys/x509.ts';
import { silentLog } from '../kube/log.ts';
import { Caches } from './caches.ts';
import { factsOf, Secrets } from './secrets.ts';
import { apiError } from './testing/cluster.ts';
import { TOY } from './testing/toy.ts';

const DAY_MS = 86_400_000;

type Data = Record<string, string>;

const secret = (data: Data | undefined, version = '1', labels: Data = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n', uid: 'u', resourceVersion: version, labels }, data }) as KubeObject;

const HASH = /^[0-9a-f]{16}$/;

const NAME: NamespacedName = { namespace: 'n', name: 's' };

function setup(now = () => 0): { caches: Caches; secrets: Secrets; reads: number[]; answer: (next: KubeObject | Error) => void } {
  const caches = new Caches([TOY], {}, silentLog);
  const reads: number[] = [];
  let next: KubeObject | Error = secret({});
  const get = async (_type: ResourceType, _name: NamespacedName): Promise<KubeObject> => {
    reads.push(reads.length);
    await Promise.resolve();
    if (next instanceof Error) throw next;
    return next;
  };
  return { caches, secrets: new Secrets({ get }, caches, { now }), reads, answer: (value) => (next = value) };
}

describe('factsOf', () => {
  it('lists keys that hold something, and hashes everything', () => {
    const facts = factsOf(secret({ b: 'eA==', a: 'eQ==', empty: '' }));
    expect(facts).toEqual({ state: 'present', keys: ['a', 'b'], hash: expect.stringMatching(HASH), hashes: { a: expect.stringMatching(HASH), b: expect.stringMatching(HASH) } });
    expect(factsOf(secret({ a: 'eQ==', empty: '', b: 'eA==' }))).toEqual(facts);
    expect(factsOf(secret({ a: 'eQ==', b: 'eA==' }))).not.toEqual(facts);
    expect(factsOf(secret(undefined))).toMatchObject({ keys: [] });
  });

  it('cannot be misled by values that look like keys', () => {
    expect(factsOf(secret({ a: 'b', c: 'd' }))).not.toMatchObject({ hash: (factsOf(secret({ a: 'b;1:c=1:d' })) as { hash: string }).hash });
  });
});

describe('Secrets', () => {
  it('are absent, unread, present', async () => {
    const { caches, secrets, answer } = setup();
    expect(secrets.facts(NAME)).toEqual({ state: 'absent' });
    caches.secrets.store('n')?.upsert(secret(undefined));
    expect(secrets.facts(NAME)).toEqual({ state: 'unread' });
    answer(secret({ k: 'dg==' }));
    await secrets.read(NAME);
    expect(secrets.facts(NAME)).toMatchObject({ state: 'present', keys: ['k'] });
  });

  it('are read again only when the version is one that was not read', async () => {
    const { caches, secrets, reads, answer } = setup();
    const store = caches.secrets.store('n');
    store?.upsert(secret(undefined, '1'));
    // The answer is ahead of the cache.
    answer(secret({ k: 'dg==' }, '3'));
    await secrets.read(NAME);
    expect(secrets.facts(NAME).state).toBe('present');
    store?.upsert(secret(undefined, '3'));
    expect(secrets.facts(NAME).state).toBe('present');
    store?.upsert(secret(undefined, '4'));
    expect(secrets.facts(NAME).state).toBe('unread');
    expect(reads).toHaveLength(1);
  });

  it('are read once for all who ask at the same time', async () => {
    const { caches, secrets, reads } = setup();
    caches.secrets.store('n')?.upsert(secret(undefined));
    await Promise.all([secrets.read(NAME), secrets.read(NAME)]);
    expect(reads).toHaveLength(1);
  });

  it('may be gone by the time they are read; other failures are passed on', async () => {
    const { caches, secrets, answer } = setup();
    caches.secrets.store('n')?.upsert(secret(undefined));
    answer(apiError(404, 'NotFound'));
    await secrets.read(NAME);
    expect(secrets.facts(NAME)).toEqual({ state: 'absent' });
    answer(apiError(403, 'Forbidden'));
    await expect(secrets.read(NAME)).rejects.toMatchObject({ status: 403 });
  });

  it('of ours come from the cache', () => {
    const { caches, secrets, reads } = setup();
    caches.storeOf('Secret', 'n')?.upsert(secret({ k: 'dg==' }, '1', { [LABEL.managedBy]: MANAGER }));
    expect(secrets.facts(NAME)).toMatchObject({ state: 'present', keys: ['k'] });
    expect(secrets.facts(NAME)).toBe(secrets.facts(NAME));
    expect(reads).toEqual([]);
  });

  it('of the user or of ours say which certificates have expired when they are asked', async () => {
    let now = Date.now();
    const { caches, secrets, answer } = setup(() => now);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const until = (days: number): string => authorityCertificate('c', privateKey, { from: now, to: now + days * DAY_MS });
    const leaf = leafCertificate(
      { commonName: 'l', publicKey: createPublicKey(privateKey) },
      { from: now, to: now + DAY_MS, use: ['serverAuth'] },
      issuerOf(new X509Certificate(until(9)), privateKey),
    );
    const texts = { 'ca.crt': `# first\n${until(1)}${until(3)}`, 'old.crt': until(1), 'tls.crt': leaf + until(9), 'broken.crt': '-----BEGIN CERTIFICATE-----', key: 'x' };
    const data = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
    caches.secrets.store('n')?.upsert(secret(undefined));
    answer(secret(data));
    await secrets.read(NAME);
    const expired = (facts = secrets.facts(NAME)): readonly string[] | undefined => (facts.state === 'present' ? facts.expired : []);
    expect(expired()).toBeUndefined();
    now += 2 * DAY_MS;
    expect(expired()).toEqual(['old.crt', 'tls.crt']);
    now += 2 * DAY_MS;
    expect(expired()).toEqual(['ca.crt', 'old.crt', 'tls.crt']);
    caches.storeOf('Secret', 'n')?.upsert(secret(data, '1', { [LABEL.managedBy]: MANAGER }));
    expect(expired()).toEqual(['ca.crt', 'old.crt', 'tls.crt']);
  });

  it('are dropped when nobody asks any more', async () => {
    const { caches, secrets } = setup();
    caches.secrets.store('n')?.upsert(secret(undefined));
    await secrets.read(NAME);
    expect(secrets.size).toBe(1);
    secrets.drop('n/s');
    expect(secrets.size).toBe(0);
    expect(secrets.facts(NAME).state).toBe('unread');
  });
});
