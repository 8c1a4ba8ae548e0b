import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import type { CertificateRecipe } from '../base/generated.ts';
import { AUTHORITY_MS, LEAF_MS, type Renewal, renewal, SETTLE_MS } from './certificates.ts';
import { certificatesIn, isIssuedBy } from './x509.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SKEW_MS = 5 * 60_000;

const RECIPE: CertificateRecipe = {
  commonName: 'logs-elasticsearch',
  names: ['logs-elasticsearch', 'logs-elasticsearch.obs.svc', '*.logs-elasticsearch-headless.obs.svc', '127.0.0.1'],
};

const STEP = {
  made: 'a certificate authority was made',
  trusted: 'the next certificate authority is trusted from now on',
  signs: 'the next certificate authority signs from now on',
  issued: 'a certificate was issued',
  dropped: 'the former certificate authority is no longer trusted',
};

type Values = Record<string, string>;

/** A Secret, as it is written step by step. */
class Held {
  values: Values;

  constructor(values: Values = {}) {
    this.values = values;
  }

  async look(now: number, { recipe = RECIPE, rotate = false }: { recipe?: CertificateRecipe; rotate?: boolean } = {}): Promise<Renewal> {
    const result = await renewal(recipe, this.values, { now, rotate });
    if ('broken' in result) throw new Error(result.broken);
    const values: Record<string, string | null> = { ...this.values, ...result.changes };
    this.values = Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null));
    return result;
  }

  get leaf(): X509Certificate {
    return new X509Certificate(this.values['tls.crt'] ?? '');
  }

  get trusted(): X509Certificate[] {
    return certificatesIn(this.values['ca.crt'] ?? '') ?? [];
  }
}

/** As a verifier does it, dates aside: exactly one of the bundle has signed it. */
const trusts = ({ 'ca.crt': bundle = '' }: Values, { 'tls.crt': leaf = '' }: Values): boolean =>
  (certificatesIn(bundle) ?? []).filter((ca) => isIssuedBy(new X509Certificate(leaf), ca)).length === 1;

/** Both sides show their leaf and check the other's, by today's date; rejects when one does not trust the other. */
async function handshake(server: Values, client: Values): Promise<void> {
  const tls = (of: Values): object => ({ ca: of['ca.crt'], cert: of['tls.crt'], key: of['tls.key'] });
  const listener = createServer({ ...tls(server), requestCert: true, rejectUnauthorized: true }, (socket) => socket.end('hello'));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  try {
    const socket = connect({ ...tls(client), host: '127.0.0.1', port: (listener.address() as AddressInfo).port, servername: 'es-0.logs-elasticsearch-headless.obs.svc' });
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('hello');
    socket.destroy();
  } finally {
    listener.close();
  }
}

describe('a new authority', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const held = new Held();
  let first: Renewal;

  it('is made with a leaf, and then left alone', async () => {
    first = await held.look(now);
    expect(first.steps).toEqual([STEP.made, STEP.issued]);
    expect(Object.keys(held.values).sort()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    const again = await held.look(now + 100 * DAY_MS);
    expect(again).toEqual({ changes: {}, steps: [], due: first.due });
  });

  it('lives three years, its leaf one, renewed after two thirds', () => {
    const [ca] = held.trusted;
    expect(ca?.validToDate.getTime()).toBe(now - SKEW_MS + AUTHORITY_MS);
    expect(held.leaf.validToDate.getTime()).toBe(now - SKEW_MS + LEAF_MS);
    expect(held.leaf.validFromDate.getTime()).toBe(now - SKEW_MS);
    expect(first.due).toBeCloseTo(now - SKEW_MS + (LEAF_MS * 2) / 3, -3);
  });

  it('may sign leaves and nothing else; the leaf may serve and ask, under its names', () => {
    const [ca] = held.trusted;
    expect([ca?.ca, ca?.subject]).toEqual([true, expect.stringMatching(/^CN=logs-elasticsearch CA [0-9a-f]{8}$/)]);
    expect([held.leaf.ca, held.leaf.subject]).toEqual([false, 'CN=logs-elasticsearch']);
    expect(held.leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(held.leaf.checkHost('es-0.logs-elasticsearch-headless.obs.svc')).toBeDefined();
    expect(held.leaf.checkIP('127.0.0.1')).toBeDefined();
    expect(held.leaf.checkHost('other')).toBeUndefined();
    expect(trusts(held.values, held.values)).toBe(true);
  });

  it('has keys that JRuby, Java and Kafka take: RSA, as PKCS #8', () => {
    for (const name of ['ca.key', 'tls.key']) {
      expect(held.values[name]).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
      expect(createPrivateKey(held.values[name] ?? '').asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
    }
  });

  it('names itself within what X.520 allows', async () => {
    const long = new Held();
    await long.look(now, { recipe: { commonName: 'x'.repeat(80), names: ['a'] } });
    expect(long.leaf.subject).toBe(`CN=${'x'.repeat(64)}`);
    expect(long.trusted[0]?.subject).toHaveLength('CN='.length + 64);
    expect((await long.look(now, { recipe: { commonName: 'x'.repeat(80), names: ['a'] } })).changes).toEqual({});
  });
});

describe('the leaf', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it('is issued anew for other names, with another key, and by the same authority', async () => {
    const held = new Held();
    await held.look(now);
    const before = { ...held.values };
    const recipe = { ...RECIPE, names: [...RECIPE.names, 'more'] };
    const { changes } = await held.look(now + DAY_MS, { recipe });
    expect(Object.keys(changes)).toEqual(['tls.crt', 'tls.key']);
    expect(held.leaf.checkHost('more')).toBe('more');
    expect(trusts(before, held.values)).toBe(true);
    expect((await held.look(now + DAY_MS, { recipe: { ...recipe, names: [...recipe.names].reverse() } })).changes).toEqual({});
  });

  it.each(['tls.crt', 'tls.key'])('is issued anew when somebody broke %s', async (key) => {
    const held = new Held();
    await held.look(now);
    for (const broken of ['', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
      held.values = { ...held.values, [key]: broken };
      expect((await held.look(now)).steps).toEqual([STEP.issued]);
    }
  });

  it('is issued anew by an authority that the user has put in place, whatever its key', async () => {
    const { Authority } = await import('../../test/controlplane/pki.ts');
    const held = new Held();
    await held.look(now);
    // Of a server it is no authority at all.
    const server = new Authority('x').server(['a'], []);
    held.values = { ...held.values, 'ca.crt': server.cert, 'ca.key': server.key };
    await expect(held.look(Date.now())).rejects.toThrow('ca.crt holds a certificate that cannot sign');
  });
});

describe('what cannot be mended', () => {
  it.each([
    ['ca.crt', 'hello', 'ca.crt holds no certificate that can be read'],
    ['ca.key', 'hello', 'ca.key is not the key of a certificate under ca.crt'],
    ['ca.key', 'tls.key', 'ca.key is not the key of a certificate under ca.crt'],
  ])('is said: %s is %s', async (key, value, broken) => {
    const held = new Held();
    await held.look(0);
    expect(await renewal(RECIPE, { ...held.values, [key]: held.values[value] ?? value }, { now: 0 })).toEqual({ broken });
  });
});

describe('a change of the authority', () => {
  /** So that the change falls on today, and real handshakes can be held. */
  const start = Math.floor((Date.now() - AUTHORITY_MS * (2 / 3)) / 1_000) * 1_000;

  /** Looks whenever it is due, each time as a process that knows nothing. */
  async function travel(until: number): Promise<{ at: number; steps: string[]; values: Values }[]> {
    const log: { at: number; steps: string[]; values: Values }[] = [];
    let values: Values = {};
    for (let now = start; now < until; ) {
      // Nothing but the Secret is carried over.
      const held = new Held(values);
      const { steps, due } = await held.look(now);
      values = held.values;
      if (steps.length > 0) log.push({ at: now, steps, values });
      now = Math.min(due, until);
    }
    return log;
  }

  it('goes step by step, and no two peers that are less than a day apart ever part', async () => {
    const log = await travel(start + AUTHORITY_MS);
    expect(log.map(({ steps }) => steps)).toEqual([
      [STEP.made, STEP.issued],
      [STEP.issued],
      [STEP.issued],
      [STEP.trusted],
      [STEP.signs, STEP.issued],
      [STEP.dropped],
      [STEP.issued],
    ]);
    const days = log.map(({ at }, i) => (i === 0 ? 0 : Math.round((at - (log[i - 1]?.at ?? 0)) / DAY_MS)));
    expect(days).toEqual([0, 243, 243, 241, 1, 1, 242]);
    for (let i = 1; i < log.length; i++) {
      const [before, after] = [log[i - 1]?.values ?? {}, log[i]?.values ?? {}];
      expect({ i, ours: trusts(before, after), theirs: trusts(after, before) }).toEqual({ i, ours: true, theirs: true });
    }
  });

  it('is survived by real connections from step to step, both ways, and restarts pods for the bundle only', async () => {
    const change = (await travel(start + AUTHORITY_MS)).slice(2, 6).map(({ values }) => values);
    for (const [before, after] of change.slice(1).map((after, i) => [change[i] ?? {}, after] as const)) {
      await handshake(before, after);
      await handshake(after, before);
    }
    const [first = {}, trusted = {}, signs = {}, dropped = {}] = change;
    // Who slept through all of it is out.
    await expect(handshake(dropped, first)).rejects.toThrow();
    expect([trusted, signs].map((values) => 'ca-next.key' in values)).toEqual([true, false]);
    expect(signs['ca.crt']).toBe(trusted['ca.crt']);
    expect(certificatesIn(dropped['ca.crt'] ?? '')).toHaveLength(1);
  });

  it('begins on request, at once, and only when none is under way', async () => {
    const held = new Held();
    await held.look(start);
    const first = { ...held.values };
    expect((await held.look(start + DAY_MS, { rotate: true })).steps).toEqual([STEP.trusted]);
    expect((await held.look(start + DAY_MS + HOUR_MS, { rotate: true })).steps).toEqual([]);
    // Other names in between: the authority that all trust signs.
    const recipe = { ...RECIPE, names: ['other'] };
    expect((await held.look(start + DAY_MS + 2 * HOUR_MS, { recipe })).steps).toEqual([STEP.issued]);
    expect(trusts(first, held.values)).toBe(true);
    const { steps, due } = await held.look(start + DAY_MS + SETTLE_MS, { recipe });
    expect(steps).toEqual([STEP.signs, STEP.issued]);
    expect(due).toBe(start + DAY_MS + 2 * SETTLE_MS);
    expect((await held.look(due, { recipe })).steps).toEqual([STEP.dropped]);
    expect(trusts(first, held.values)).toBe(false);
  });

  it('is made up for by an operator that was away: in steps while there is time, else at once', async () => {
    const held = new Held();
    await held.look(start);
    const late = new Held(held.values);
    // The leaf has expired, the authority has not.
    expect((await late.look(start + 800 * DAY_MS)).steps).toEqual([STEP.trusted, STEP.issued]);
    expect(trusts(held.values, late.values)).toBe(true);
    const tooLate = new Held(held.values);
    expect((await tooLate.look(start + 1_200 * DAY_MS)).steps).toEqual([STEP.trusted, STEP.signs, STEP.issued]);
    expect(trusts(tooLate.values, tooLate.values)).toBe(true);
  });

  it('does not issue over and over while an authority ends', async () => {
    const held = new Held();
    await held.look(start);
    const end = start - SKEW_MS + AUTHORITY_MS;
    const begun = await held.look(end - HOUR_MS);
    expect(begun.steps).toEqual([STEP.trusted, STEP.issued]);
    expect(held.leaf.validToDate.getTime()).toBe(end);
    expect(begun.due).toBe(end);
    expect((await held.look(end)).steps).toEqual([STEP.signs, STEP.issued]);
  });
});
