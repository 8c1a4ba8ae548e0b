import { afterEach, describe, expect, it } from '@jest/globals';
import { wishHash } from '../../src/base/product.ts';
import { Bench, elasticsearchWish, kibanaWish } from './bench.ts';

let current: Bench | undefined;

function bench(): Bench {
  current = new Bench();
  return current;
}

afterEach(() => current?.stop());

const VIEW = { title: 'logs-app-*', name: 'logs', timeFieldName: '@timestamp' };

describe('data views', () => {
  it('are made, once, beside what Elasticsearch is wished for', async () => {
    const b = bench();
    await b.wish(elasticsearchWish(), kibanaWish());
    expect(b.kibana.takeWrites()).toEqual(['POST /api/data_views/data_view']);
    expect(b.kibana.views.get('lgtm-logs-app')).toMatchObject(VIEW);
    expect(b.facts('kibana')).toEqual({ state: 'reachable', applied: wishHash(kibanaWish()), facts: { health: 'available', version: '9.5.1' }, findings: [] });
    await b.pass(3_600);
    expect(b.kibana.takeWrites()).toEqual([]);
  });

  it('of ours follow the wish', async () => {
    const b = bench();
    await b.wish(kibanaWish());
    await b.wish(kibanaWish({ ...VIEW, title: 'logs-app-*,more-*', _meta: { managed_by: 'lgtm-operator' } }));
    expect(b.kibana.takeWrites()).toEqual(['POST /api/data_views/data_view', 'POST /api/data_views/data_view/lgtm-logs-app']);
    expect(b.kibana.views.get('lgtm-logs-app')).toMatchObject({ title: 'logs-app-*,more-*' });
  });

  it('of others are left alone: of the same title for good, of the same name with a word', async () => {
    const b = bench();
    const theirs = { id: 'theirs', title: 'logs-app-*', name: 'logs' };
    b.kibana.views.set('theirs', theirs);
    await b.wish(kibanaWish());
    await b.pass(300);
    expect(b.message('kibana')).toContain('a data view named logs with another id than lgtm-logs-app exists');
    expect(b.codes('kibana')).toEqual(['ProductObjectForeign']);
    expect([...b.kibana.views]).toEqual([['theirs', theirs]]);
    b.kibana.views.set('theirs', { ...theirs, name: 'something else' });
    await b.pass(61);
    expect(b.facts('kibana')?.findings).toEqual([]);
    expect([...b.kibana.views.keys()]).toEqual(['theirs', 'lgtm-logs-app']);
  });
});

describe('Kibana', () => {
  it.each([undefined, 'unavailable' as const])('that starts (%s) is waited for', async (level) => {
    const b = bench();
    b.kibana.level = level;
    await b.wish(kibanaWish());
    expect(b.facts('kibana')).toMatchObject({ state: 'unreachable', findings: [] });
    b.kibana.level = 'degraded';
    await b.pass(10);
    expect(b.facts('kibana')).toMatchObject({ state: 'reachable', facts: { health: 'degraded' } });
  });

  it('that does not know us shows its status all the same, and says so', async () => {
    const b = bench();
    b.kibana.users.passwords['lgtm-operator'] = 'other';
    await b.wish(kibanaWish());
    expect(b.codes('kibana')).toEqual(['ProductUnauthorized']);
  });
});
