import { afterEach, describe, expect, it } from '@jest/globals';
import { wishHash } from '../../src/base/product.ts';
import { Bench, elasticsearchWish, KEY } from './bench.ts';
import { FAULTS } from './elasticsearch.ts';

const URL = elasticsearchWish().url;

let current: Bench | undefined;

function bench(): Bench {
  current = new Bench();
  return current;
}

afterEach(() => current?.stop());

async function ready(): Promise<Bench> {
  const b = bench();
  await b.wish(elasticsearchWish());
  b.es.takeWrites();
  b.news = 0;
  return b;
}

describe('a product that starts', () => {
  it('is asked after 1 s, then ever more seldom, without a finding', async () => {
    const b = bench();
    b.down.add(URL);
    const visits: number[] = [];
    b.plane.onChange(() => undefined);
    const start = b.clock.now();
    const send = b.secrets.get.bind(b.secrets);
    b.secrets.get = (name) => {
      if (name.endsWith('certs')) visits.push((b.clock.now() - start) / 1000);
      return send(name);
    };
    b.plane.set(KEY, [elasticsearchWish()]);
    await b.pass(250);
    expect(visits).toEqual([1, 6, 16, 36, 76, 136, 196]);
    expect(b.facts()).toEqual({ state: 'unreachable', facts: {}, findings: [] });
    expect(b.news).toBe(1);
  });

  it('is looked at within 5 s of every pass over its resource: that is when a pod has become ready', async () => {
    const b = bench();
    b.down.add(URL);
    b.plane.set(KEY, [elasticsearchWish()]);
    await b.pass(100);
    b.down.clear();
    b.plane.set(KEY, [elasticsearchWish()]);
    b.plane.set(KEY, [elasticsearchWish()]);
    await b.pass(5);
    expect(b.facts()?.applied).toBe(wishHash(elasticsearchWish()));
  });

  it('is left alone until it has formed a cluster', async () => {
    const b = bench();
    b.es.formed = false;
    await b.wish(elasticsearchWish());
    expect(b.facts()).toEqual({ state: 'unreachable', facts: { version: '9.5.1' }, findings: [] });
    expect(b.es.takeWrites()).toEqual([]);
    b.es.formed = true;
    await b.pass(6);
    expect(b.facts()?.state).toBe('reachable');
  });
});

describe('a product that was well', () => {
  it('stays so when one request is lost, and is unreachable after two', async () => {
    const b = await ready();
    b.es.fail({ answer: 'drop' });
    await b.pass(40);
    expect(b.news).toBe(0);
    b.down.add(URL);
    await b.pass(40);
    expect(b.facts()).toMatchObject({ state: 'unreachable', applied: wishHash(elasticsearchWish()), facts: { uuid: b.es.state.uuid } });
    expect(b.facts()?.facts).not.toHaveProperty('health');
    b.down.clear();
    await b.pass(61);
    expect(b.facts()?.state).toBe('reachable');
    expect(b.es.takeWrites()).toEqual([]);
  });

  it('is red: says why, asks that once, and heals', async () => {
    const b = await ready();
    b.es.health = 'red';
    await b.pass(120);
    expect(b.codes()).toEqual(['ProductUnhealthy']);
    expect(b.message()).toContain('primary shard 0 of .ds-logs-app-default-2026.01.01-000001 is unassigned (NODE_LEFT): Elasticsearch can’t allocate');
    expect(b.es.requests.filter((line) => line.includes('explain'))).toHaveLength(1);
    expect(b.news).toBe(1);
    b.es.health = 'yellow';
    await b.pass(31);
    expect(b.facts()).toMatchObject({ findings: [], facts: { health: 'yellow' } });
  });

  it('has a license that expires: found by its health API, which closes', async () => {
    const b = await ready();
    b.es.license = { type: 'platinum', status: 'expired' };
    await b.pass(31);
    expect(b.codes()).toEqual(['ProductLicenseExpired']);
    expect(b.message()).toBe('the platinum license of elasticsearch has expired since 2025-12-31T00:00:00.000Z: install a new one, or go back to the free one with POST /_license/start_basic?acknowledge=true');
    await b.pass(120);
    expect(b.news).toBe(1);
    b.es.license = { type: 'basic', status: 'active' };
    await b.pass(31);
    expect(b.facts()).toMatchObject({ state: 'reachable', findings: [] });
  });
});

describe('faults on the way', () => {
  it('429 is heeded: not sooner than asked for', async () => {
    const b = bench();
    const later = { ...FAULTS.tooMany, headers: { 'retry-after': '40' } };
    b.es.fail({ when: ({ method }) => method === 'PUT', answer: later });
    await b.wish(elasticsearchWish());
    expect(b.facts()).toMatchObject({ state: 'reachable', findings: [] });
    await b.pass(38);
    expect(b.facts()?.applied).toBeUndefined();
    await b.pass(3);
    expect(b.facts()?.applied).toBeDefined();
  });

  it('a conflict is read again at once', async () => {
    const b = bench();
    b.es.fail({ when: ({ method }) => method === 'PUT', times: 2, answer: FAULTS.conflict });
    await b.wish(elasticsearchWish());
    expect(b.facts()?.applied).toBe(wishHash(elasticsearchWish()));
  });

  it('what was done although the answer was lost is not done twice', async () => {
    const b = bench();
    b.es.fail({ when: ({ method }) => method === 'PUT', times: 3, afterwards: true, answer: 'drop' });
    await b.wish(elasticsearchWish());
    await b.pass(120);
    expect(b.es.takeWrites()).toEqual(['PUT /_ilm/policy/logs-app', 'PUT /_index_template/logs-app', 'PUT /_data_stream/logs-app-default']);
    expect(b.facts()?.applied).toBe(wishHash(elasticsearchWish()));
  });

  it('a product that never answers is given up after a while, and others go on', async () => {
    const b = bench();
    let release = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (release = resolve));
    const handle = b.es.handle.bind(b.es);
    b.es.handle = async (request) => {
      await stuck;
      return handle(request);
    };
    b.plane.set(KEY, [elasticsearchWish()]);
    await b.pass(62);
    expect(b.facts()?.state).toBe('unreachable');
    release();
    b.es.handle = handle;
    await b.pass(61);
    expect(b.facts()?.state).toBe('reachable');
  });
});

describe('credentials', () => {
  it('that are wrong are found at once, with the Secret and the key, and healed by the right ones', async () => {
    const b = bench();
    b.secret('logs-elasticsearch-users', { 'lgtm-operator': 'wrong' });
    await b.wish(elasticsearchWish());
    expect(b.facts()).toMatchObject({ state: 'refused', findings: [{ code: 'ProductUnauthorized', path: 'elasticsearch' }] });
    expect(b.message()).toContain('does not accept the password of lgtm-operator in Secret obs/logs-elasticsearch-users (key lgtm-operator)');
    b.secret('logs-elasticsearch-users', { 'lgtm-operator': 'secret' });
    await b.pass(10);
    expect(b.facts()).toMatchObject({ state: 'reachable', findings: [] });
  });

  it('that rotate are no news while the pods have not seen them yet', async () => {
    const b = await ready();
    b.secret('logs-elasticsearch-users', { 'lgtm-operator': 'next' });
    await b.pass(100);
    expect(b.news).toBe(0);
    b.es.users.passwords['lgtm-operator'] = 'next';
    await b.pass(61);
    expect(b.news).toBe(0);
    expect(b.es.requests.length).toBeGreaterThan(4);
    b.es.users.passwords['lgtm-operator'] = 'another';
    await b.pass(150);
    expect(b.codes()).toEqual(['ProductUnauthorized']);
  });

  it('that are not there are named', async () => {
    const b = bench();
    b.secrets.delete('logs-elasticsearch-certs');
    await b.wish(elasticsearchWish());
    expect(b.message()).toContain('Secret obs/logs-elasticsearch-certs, which holds the CA for elasticsearch, does not exist');
    b.secret('logs-elasticsearch-certs', { other: 'x' });
    await b.pass(10);
    expect(b.message()).toBe('Secret obs/logs-elasticsearch-certs lacks the key ca.crt, which holds the CA for elasticsearch: add it');
    b.secret('logs-elasticsearch-certs', { 'ca.crt': 'PEM' });
    await b.pass(60);
    expect(b.facts()).toMatchObject({ state: 'reachable', findings: [] });
  });
});
