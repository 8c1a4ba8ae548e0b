import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ANNOTATION, LABEL, MANAGER } from '../base/names.ts';
import { certificatesIn, isIssuedBy } from '../keys/x509.ts';
import { apiError } from './testing/cluster.ts';
import type { AnyObject, Request } from './testing/cluster.ts';
import { Harness } from './testing/harness.ts';
import { CHILDREN, harness, ready } from './testing/setup.ts';
import { toy, type ToySpec } from './testing/toy.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const CERTIFICATES: ToySpec = { generated: 'tls', keys: {}, certificate: { commonName: 'a', names: ['a.ns.svc'] } };

const secretOf = (h: Harness, name = 'pw'): AnyObject & { data: Record<string, string> } => {
  const found = h.cluster.find('Secret', 'ns', name);
  if (found === undefined) throw new Error(`no Secret ${name}`);
  return found as AnyObject & { data: Record<string, string> };
};

const text = (h: Harness, key: string, name = 'pw'): string => Buffer.from(secretOf(h, name).data[key] ?? '', 'base64').toString();

/** Keys are made on other threads, which take no notice of the clock of the test. */
async function until(h: Harness, look: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !look(); i++) {
    await h.clock.advance(50);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(look()).toBe(true);
}

const isSecret = (verb: Request['verb']) => (request: Request): boolean => request.verb === verb && request.kind === 'Secret';

/** Working, with a stack that has all its children. */
async function begun(spec: ToySpec, h = harness()): Promise<Harness> {
  h.cluster.put(toy('a', spec));
  await h.start();
  await until(h, () => h.toy('a').status !== undefined);
  h.makeReady('a');
  await h.idle();
  return h;
}

/** Writes to Secrets. */
const writes = (h: Harness): string[] => h.cluster.take().filter((write) => write.endsWith('Secret/pw') || write.endsWith('Secret/tls'));

describe('a key that a newer plan wants', () => {
  it('is added by one write, and only that', async () => {
    const h = await ready({ generated: 'pw' });
    const before = secretOf(h).data;
    h.edit('a', { keys: { password: 32, second: 8 } });
    await h.idle();
    expect(writes(h)).toEqual(['mergePatch Secret/pw']);
    expect(secretOf(h).data).toEqual({ ...before, second: expect.any(String) });
    expect(secretOf(h).metadata.annotations?.[ANNOTATION.generated]).toBe('password,second');
    h.queue.add('Toy/ns/a');
    await h.idle();
    expect(h.cluster.requests).toEqual([]);
  });

  it('is known to the plan in the same pass', async () => {
    const h = await ready({ generated: 'pw', hashed: true });
    h.edit('a', { keys: { password: 32, second: 8 } });
    await h.idle();
    expect(h.cluster.take()).toEqual(['mergePatch Secret/pw', 'apply StatefulSet/a', 'applyStatus Toy/a']);
  });

  it('is not added from a cache that lags: what somebody else has written stays', async () => {
    const h = await ready({ generated: 'pw' });
    h.cluster.hold();
    h.cluster.edit('Secret', 'ns', 'pw', (o) => {
      o['data'] = { ...(o['data'] as object), second: 'b3RoZXI=' };
      o.metadata.annotations = { [ANNOTATION.generated]: 'password,second' };
    });
    h.edit('a', { keys: { password: 32, second: 8 } });
    h.caches.own.get('Toy')?.store('ns')?.upsert(structuredClone(h.toy('a')));
    await h.idle();
    const secrets = h.cluster.requests.filter(({ kind }) => kind === 'Secret').map(({ verb }) => verb);
    expect(secrets).toEqual(['mergePatch', 'get']);
    expect(text(h, 'second')).toBe('other');
  });

  it('is added after a conflict with what was written beside it', async () => {
    const h = await ready({ generated: 'pw' });
    let first = true;
    h.cluster.admit = (request) => {
      if (!isSecret('mergePatch')(request) || !first) return;
      first = false;
      h.cluster.edit('Secret', 'ns', 'pw', (o) => (o['data'] = { ...(o['data'] as object), theirs: 'eA==' }));
    };
    h.edit('a', { keys: { password: 32, second: 8 } });
    await h.idle();
    expect(writes(h)).toEqual(['mergePatch Secret/pw', 'mergePatch Secret/pw']);
    expect(Object.keys(secretOf(h).data).sort()).toEqual(['password', 'second', 'theirs']);
  });

  it('that may not be written is said, and tried again after a minute', async () => {
    const h = await ready({ generated: 'pw' });
    h.cluster.admit = (request) => {
      if (isSecret('mergePatch')(request)) throw apiError(403, 'Forbidden', 'no right to patch');
    };
    h.edit('a', { keys: { password: 32, second: 8 } });
    await h.idle(30_000);
    expect(writes(h)).toEqual(['mergePatch Secret/pw']);
    expect(h.toy('a').status?.['refusals']).toEqual(['Secret/ns/pw Forbidden: no right to patch']);
    h.cluster.admit = () => undefined;
    await h.idle(40_000);
    expect(writes(h)).toEqual(['mergePatch Secret/pw']);
    expect(h.toy('a').status?.['refusals']).toEqual([]);
  });

  it('is not added to a Secret that is not ours', async () => {
    const h = harness();
    const foreign = h.cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pw', namespace: 'ns' }, data: { other: 'eA==' } } as AnyObject);
    h.cluster.put(toy('a', { generated: 'pw' }));
    await h.start();
    expect(h.cluster.take()).toEqual(['create Secret/pw', 'applyStatus Toy/a']);
    expect(h.toy('a').status?.['refusals']).toEqual([`Secret/ns/pw NameTaken: Secret pw exists, and it is not managed by ${MANAGER}; remove or rename it`]);
    expect(h.cluster.find('Secret', 'ns', 'pw')).toBe(foreign);
  });
});

describe('a key that was lost', () => {
  it('is not made again; to have the whole Secret made anew, it is deleted', async () => {
    const h = await ready({ generated: 'pw' });
    h.cluster.edit('Secret', 'ns', 'pw', (o) => (o['data'] = {}));
    await h.idle();
    expect(h.toy('a').status?.['refusals']).toEqual([
      'Secret/ns/pw Invalid: Secret pw lacks password, which the operator does not make a second time: put it back, or delete the Secret to have all of it made anew',
    ]);
    expect(writes(h)).toEqual([]);
    h.cluster.delete('Secret', 'ns', 'pw');
    await h.idle();
    expect(writes(h)).toEqual(['create Secret/pw']);
    expect(h.toy('a').status?.['refusals']).toEqual([]);
  });
});

describe('certificates', () => {
  const leaf = (h: Harness): X509Certificate => new X509Certificate(text(h, 'tls.crt', 'tls'));
  const trusted = (h: Harness): X509Certificate[] => certificatesIn(text(h, 'ca.crt', 'tls')) ?? [];
  const annotate = (h: Harness): AnyObject =>
    h.cluster.edit('Secret', 'ns', 'tls', (o) => (o.metadata.annotations = { ...o.metadata.annotations, [ANNOTATION.rotate]: 'now' }));
  const versionOf = (h: Harness): string | undefined => secretOf(h, 'tls').metadata.resourceVersion;

  /** Until the next write to the Secret, looking in vain meanwhile. */
  async function wait(h: Harness, days: number): Promise<string[]> {
    const before = versionOf(h);
    h.cluster.take();
    for (let day = 0; day < days && versionOf(h) === before; day++) {
      await h.clock.advance(DAY_MS);
      // Only near the end there is something to wait for.
      for (let i = 0; day >= days - 2 && i < 50 && versionOf(h) === before; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(h, () => versionOf(h) !== before);
    await h.idle();
    return h.cluster.take();
  }

  it('are made with the Secret, and cost nothing for months', async () => {
    const h = await begun(CERTIFICATES);
    expect(h.cluster.take().slice(0, 1 + CHILDREN.length)).toEqual(['create Secret/tls', ...CHILDREN]);
    expect(isIssuedBy(leaf(h), trusted(h)[0] as X509Certificate)).toBe(true);
    expect(leaf(h).checkHost('a.ns.svc')).toBe('a.ns.svc');
    const plans = h.controller.plans;
    await h.clock.advance(200 * DAY_MS);
    expect(h.cluster.requests).toEqual([]);
    // It has looked each day, for no timer is that long.
    expect(h.controller.plans - plans).toBeGreaterThanOrEqual(199);
  });

  it('are renewed in time, by one write', async () => {
    const h = await begun(CERTIFICATES);
    const before = leaf(h);
    expect(await wait(h, 245)).toEqual(['mergePatch Secret/tls']);
    expect(leaf(h).serialNumber).not.toBe(before.serialNumber);
    expect(leaf(h).checkIssued(trusted(h)[0] as X509Certificate)).toBe(true);
    expect(h.logged.filter(({ message }) => message === 'a generated Secret was completed').map(({ fields }) => fields['steps'])).toEqual([['a certificate was issued']]);
  });

  it('get another authority in three writes, carried on by another process after each', async () => {
    let h = await begun(CERTIFICATES);
    const first = trusted(h)[0] as X509Certificate;
    const restarted = async (): Promise<Harness> => {
      const next = new Harness();
      await next.clock.advance(h.clock.now() - next.clock.now());
      next.cluster.put(toy('a', CERTIFICATES));
      const { ownerReferences: _, ...metadata } = secretOf(h, 'tls').metadata;
      next.cluster.put({ ...secretOf(h, 'tls'), metadata });
      await h.stop();
      await next.start();
      await until(next, () => next.toy('a').status !== undefined);
      next.makeReady('a');
      await next.idle();
      return next;
    };
    annotate(h);
    await until(h, () => trusted(h).length === 2);
    expect([isIssuedBy(leaf(h), first), secretOf(h, 'tls').metadata.annotations?.[ANNOTATION.rotate]]).toEqual([true, undefined]);
    h = await restarted();
    expect(writes(h)).toEqual([]);
    expect(await wait(h, 2)).toEqual(['mergePatch Secret/tls']);
    expect([trusted(h).length, isIssuedBy(leaf(h), first)]).toEqual([2, false]);
    h = await restarted();
    expect(writes(h)).toEqual([]);
    expect(await wait(h, 2)).toEqual(['mergePatch Secret/tls']);
    expect(trusted(h).map((ca) => isIssuedBy(leaf(h), ca))).toEqual([true]);
    expect(Object.keys(secretOf(h, 'tls').data).sort()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    await h.stop();
  });

  it('do not mix when two operators begin at the same time: the second reads what the first has written', async () => {
    const h = await begun(CERTIFICATES);
    let theirs: Record<string, string> | undefined;
    h.cluster.take();
    h.cluster.admit = (request) => {
      if (!isSecret('mergePatch')(request) || theirs !== undefined) return;
      // The other one has come first, with the same step and an authority of its own.
      theirs = { ...secretOf(h, 'tls').data, ...(request.body?.['data'] as Record<string, string>) };
      h.cluster.edit('Secret', 'ns', 'tls', (o) => {
        o['data'] = theirs;
        delete o.metadata.annotations?.[ANNOTATION.rotate];
      });
    };
    annotate(h);
    await until(h, () => theirs !== undefined);
    await h.idle();
    expect(h.cluster.requests.filter(({ kind }) => kind === 'Secret').map(({ verb }) => verb)).toEqual(['mergePatch', 'get']);
    expect(secretOf(h, 'tls').data).toEqual(theirs);
  });

  it('never come into a log', async () => {
    const h = await begun({ ...CERTIFICATES, keys: { password: 32, users: { make: 'elasticsearch-users', passwords: { u: 'password' } } } });
    annotate(h);
    await until(h, () => trusted(h).length === 2);
    const told = JSON.stringify([h.logged, h.events, h.toy('a').status]);
    for (const [key, value] of Object.entries(secretOf(h, 'tls').data)) {
      expect({ key, told: told.includes(value) || told.includes(text(h, key, 'tls').slice(30, 62)) }).toEqual({ key, told: false });
    }
  });
});

describe('a restart', () => {
  it('finds all in place, and writes nothing', async () => {
    const h = await begun({ ...CERTIFICATES, keys: { password: 32, users: { make: 'elasticsearch-users', passwords: { u: 'password' } } } });
    const next = new Harness();
    next.cluster.put(toy('a', { ...CERTIFICATES, keys: { password: 32, users: { make: 'elasticsearch-users', passwords: { u: 'password' } } } }));
    next.cluster.put(secretOf(h, 'tls'));
    await next.start();
    await until(next, () => next.toy('a').status !== undefined);
    expect(writes(next)).toEqual([]);
    expect(next.cluster.find('Secret', 'ns', 'tls')?.metadata.labels?.[LABEL.managedBy]).toBe(MANAGER);
    await next.stop();
  });
});
