import { afterEach, describe, expect, it } from '@jest/globals';
import { wishHash } from '../../src/base/product.ts';
import { Bench, elasticsearchWish, KEY, objects } from './bench.ts';
import { treeOf } from './contract.ts';
import { FAULTS } from './elasticsearch.ts';

let current: Bench | undefined;

function bench(): Bench {
  current = new Bench();
  return current;
}

afterEach(async () => {
  const credentials = ['secret', 'c2VjcmV0', 'Basic ', 'Bearer '];
  expect(current?.lines.filter((line) => credentials.some((text) => line.replaceAll(/Secret\w*/g, '').includes(text)))).toEqual([]);
  await current?.stop();
});

/** Working, with everything in force. */
async function ready(): Promise<Bench> {
  const b = bench();
  await b.wish(elasticsearchWish());
  b.es.takeWrites();
  return b;
}

const stream = (b: Bench) => b.es.state.streams.get('logs-app-default');
const phases = (b: Bench) => treeOf(b.es.state.policies.get('logs-app')?.policy['phases']);

describe('what a stack wishes for', () => {
  it('is made in order, marked as ours, and reported', async () => {
    const b = bench();
    await b.wish(elasticsearchWish());
    expect(b.es.takeWrites()).toEqual(['PUT /_ilm/policy/logs-app', 'PUT /_index_template/logs-app', 'PUT /_data_stream/logs-app-default']);
    expect(b.facts()).toEqual({
      state: 'reachable', applied: wishHash(elasticsearchWish()), findings: [],
      facts: { uuid: b.es.state.uuid, version: '9.5.1', health: 'green', license: 'basic active' },
    });
    expect(treeOf(b.es.state.policies.get('logs-app')?.policy['_meta'])).toMatchObject({ managed_by: 'lgtm-operator' });
    expect(stream(b)?.meta).toMatchObject({ managed_by: 'lgtm-operator' });
    expect(stream(b)?.indices[0]?.settings).toMatchObject({ 'index.lifecycle.name': 'logs-app', 'index.number_of_replicas': '0' });
  });

  it('is never written again while nothing changes, whatever defaults and strings come back', async () => {
    const b = await ready();
    const { news } = b;
    await b.pass(3_600);
    expect(b.es.requests.filter((line) => line === 'GET /_ilm/policy/logs-app').length).toBeGreaterThan(8);
    expect(b.es.takeWrites()).toEqual([]);
    expect(b.news).toBe(news);
  });

  it('costs two requests each half minute, once it is in force', async () => {
    const b = await ready();
    await b.pass(65);
    expect(b.es.requests).toEqual(['GET /', 'GET /_cluster/health', 'GET /', 'GET /_cluster/health']);
  });

  it('is made anew when the cluster is another one', async () => {
    const b = await ready();
    b.es.restart('lost');
    await b.pass(31);
    expect(b.es.takeWrites()).toHaveLength(3);
    expect(b.facts()?.facts['uuid']).toBe(b.es.state.uuid);
  });

  it('is given up when nobody wishes for it any more', async () => {
    const b = await ready();
    b.plane.set(KEY, []);
    await b.pass(0);
    expect(b.plane.size).toBe(0);
    expect(b.clock.pending).toBe(0);
    await b.pass(600);
    expect(b.es.requests).toEqual([]);
    expect(b.facts()).toBeUndefined();
  });
});

describe('a wish that changes', () => {
  it.each([[30, 'delete'], [0, 'hot']])('%s days: changes the policy alone', async (days, last) => {
    const b = await ready();
    await b.wish(elasticsearchWish(objects({ days })));
    expect(b.es.takeWrites()).toEqual(['PUT /_ilm/policy/logs-app']);
    expect(Object.keys(phases(b)).at(-1)).toBe(last);
  });

  it('tells the indices that are there of replicas, which a template gives to new ones only', async () => {
    const b = await ready();
    await b.wish(elasticsearchWish(objects({ replicas: 1 })));
    expect(b.es.takeWrites()).toEqual(['PUT /_index_template/logs-app', 'PUT /logs-app-default/_settings']);
    expect(stream(b)?.indices[0]?.settings['index.number_of_replicas']).toBe('1');
  });

  it('rolls the stream over for other mappings, with the next document, once', async () => {
    const b = await ready();
    await b.wish(elasticsearchWish(objects({ mappings: { properties: { message: { type: 'keyword' } } } })));
    expect(b.es.takeWrites()).toEqual(['PUT /_index_template/logs-app', 'POST /logs-app-default/_rollover']);
    expect(stream(b)?.generation).toBe(1);
    await b.pass(1_000);
    expect(b.es.takeWrites()).toEqual([]);
    b.es.state.write('logs-app-default', { message: 'x' });
    await b.pass(1_000);
    expect(stream(b)?.generation).toBe(2);
    expect(stream(b)?.indices[1]?.mappings).toMatchObject({ properties: { message: { type: 'keyword' } } });
    expect(b.es.takeWrites()).toEqual([]);
  });

  it('turns the failure store of a stream on that is there', async () => {
    const b = await ready();
    await b.wish(elasticsearchWish(objects({ failureStore: true })));
    expect(b.es.takeWrites()).toEqual(['PUT /_index_template/logs-app', 'PUT /_data_stream/logs-app-default/_options']);
    expect(stream(b)?.options).toEqual({ failure_store: { enabled: true } });
  });

  it('is not said to be in force before it is', async () => {
    const b = await ready();
    const next = elasticsearchWish(objects({ days: 7 }));
    b.es.fail({ when: ({ method }) => method === 'PUT', times: 2, answer: FAULTS.noMaster });
    await b.wish(next);
    expect(b.facts()?.applied).toBe(wishHash(elasticsearchWish()));
    await b.pass(20);
    expect(b.facts()?.applied).toBe(wishHash(next));
  });
});

describe('what others do', () => {
  it('to our objects is undone within five minutes', async () => {
    const b = await ready();
    const policy = b.es.state.policies.get('logs-app');
    treeOf(phases(b)['delete'])['min_age'] = '1d';
    const template = treeOf(treeOf(b.es.state.templates.get('logs-app'))['template']);
    treeOf(treeOf(template['settings'])['index'])['number_of_replicas'] = '5';
    await b.pass(310);
    expect(b.es.takeWrites()).toEqual(['PUT /_ilm/policy/logs-app', 'PUT /_index_template/logs-app']);
    expect(b.es.state.policies.get('logs-app')).not.toBe(policy);
  });

  it('beside them is left alone', async () => {
    const b = await ready();
    treeOf(b.es.state.templates.get('logs-app'))['version'] = 7;
    treeOf(phases(b))['warm'] = { min_age: '2d', actions: { readonly: {} } };
    await b.pass(310);
    expect(b.es.takeWrites()).toEqual([]);
  });

  it('when Elasticsearch keeps our words in others, that is no reason to write them for ever', async () => {
    const b = bench();
    const put = b.es.state.putPolicy.bind(b.es.state);
    b.es.state.putPolicy = (name, body) => {
      put(name, body);
      treeOf(phases(b)['delete'])['min_age'] = '336h';
    };
    await b.wish(elasticsearchWish());
    expect(b.es.takeWrites()).toContain('PUT /_ilm/policy/logs-app');
    await b.pass(1_000);
    expect(b.es.takeWrites()).toEqual([]);
    expect(b.facts()?.applied).toBeDefined();
    treeOf(phases(b)['delete'])['min_age'] = '1h';
    await b.pass(310);
    expect(b.es.takeWrites()).toEqual(['PUT /_ilm/policy/logs-app']);
  });
});

describe('objects of others', () => {
  const THEIRS = { index_patterns: ['logs-app-*'], priority: 300, composed_of: [], data_stream: { hidden: false, allow_custom_routing: false } };

  it('under the name of ours are never touched, and no stream is made by them', async () => {
    const b = bench();
    b.es.state.templates.set('logs-app', structuredClone(THEIRS));
    await b.wish(elasticsearchWish());
    await b.pass(600);
    expect(b.es.state.templates.get('logs-app')).toEqual(THEIRS);
    expect(b.es.takeWrites()).toEqual(['PUT /_ilm/policy/logs-app']);
    expect(b.facts()?.findings).toEqual([{
      code: 'ProductObjectForeign', severity: 'error', path: 'elasticsearch/indexTemplate/logs-app',
      message: 'index template logs-app has no _meta.managed_by, so it is left as it is in elasticsearch: delete it, or hand it over by setting its _meta.managed_by to lgtm-operator',
    }]);
    expect(b.facts()?.applied).toBeUndefined();
    b.es.state.templates.set('logs-app', { ...THEIRS, _meta: { managed_by: 'lgtm-operator' } });
    await b.pass(61);
    expect(b.facts()).toMatchObject({ findings: [], applied: wishHash(elasticsearchWish()) });
  });

  it('that take precedence are named', async () => {
    const b = await ready();
    b.es.state.templates.set('theirs', THEIRS);
    await b.pass(310);
    expect(b.message()).toContain('data stream logs-app-default follows index template theirs in place of logs-app');
    expect(b.es.takeWrites()).toEqual([]);
  });

  it('stay as they are: a data stream that somebody made', async () => {
    const b = bench();
    b.es.state.templates.set('theirs', THEIRS);
    b.es.state.putStream('logs-app-default');
    b.es.state.templates.delete('theirs');
    const before = JSON.stringify(stream(b));
    await b.wish(elasticsearchWish());
    await b.pass(600);
    expect(b.codes()).toEqual(['ProductObjectForeign']);
    expect(JSON.stringify(stream(b))).toBe(before);
  });

  it('are not those that Elasticsearch made for a collector that was faster than we', async () => {
    const b = bench();
    b.es.state.write('logs-app-default', { message: 'early' });
    expect(stream(b)?.indices[0]?.settings['index.lifecycle.name']).toBe('logs');
    await b.wish(elasticsearchWish());
    expect(b.es.takeWrites().slice(2)).toEqual(['PUT /logs-app-default/_settings', 'POST /logs-app-default/_rollover']);
    b.es.state.write('logs-app-default', { message: 'late' });
    await b.pass(310);
    expect(b.facts()).toMatchObject({ findings: [], applied: wishHash(elasticsearchWish()) });
    expect(stream(b)?.indices.map(({ settings, docs }) => [settings['index.lifecycle.name'], docs.length])).toEqual([['logs-app', 1], ['logs-app', 1]]);
  });
});

describe('what is refused', () => {
  it('names the object and what Elasticsearch says, and keeps the others from nothing', async () => {
    const b = bench();
    const [policy, template, ...rest] = objects();
    if (policy === undefined || template === undefined) throw new Error('no objects');
    const list = [policy, { ...template, body: { ...template.body, nonsense: true } }, ...rest];
    await b.wish(elasticsearchWish(list));
    expect(b.message()).toBe('elasticsearch refuses indexTemplate logs-app, mend the field that leads to it: [1:2] [index_template] unknown field [nonsense]');
    expect(b.codes()).toEqual(['ProductObjectInvalid']);
    expect(b.es.takeWrites()).toEqual(['PUT /_ilm/policy/logs-app', 'PUT /_index_template/logs-app']);
  });
});
