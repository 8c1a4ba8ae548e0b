import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wishHash } from '../../src/base/product.ts';
import { Bench, elasticsearchWish, type Objects, objects } from './bench.ts';
import { type Fault, treeOf } from './contract.ts';
import { FAULTS } from './elasticsearch.ts';

/** Whatever happens on the way, and in whichever order: the end is the same, and nothing of anybody else's is touched. */

const isWrite: Fault['when'] = ({ method }) => method !== 'GET';

const ANSWERS: readonly Fault['answer'][] = ['drop', FAULTS.tooMany, FAULTS.noMaster, FAULTS.conflict, { status: 500, body: 'a page of a proxy' }, { status: 200, body: 'no JSON' }];

const fault = fc.record({
  answer: fc.constantFrom(...ANSWERS), times: fc.integer({ min: 1, max: 6 }), afterwards: fc.boolean(), writes: fc.boolean(),
});

const wished = fc.record({
  days: fc.constantFrom(0, 7, 30), replicas: fc.constantFrom(0, 1), failureStore: fc.boolean(),
  mappings: fc.constantFrom({ properties: { message: { type: 'text' } } }, { dynamic: false }),
});

type Step = (b: Bench) => unknown;

const steps: fc.Arbitrary<Step> = fc.oneof(
  fault.map(({ writes, ...rest }): Step => (b) => b.es.fail({ ...rest, ...(writes ? { when: isWrite } : {}) })),
  fc.integer({ min: 1, max: 400 }).map((seconds): Step => (b) => b.pass(seconds)),
  wished.map((given): Step => (b) => b.wish(elasticsearchWish(objects(given)))),
  fc.constant<Step>((b) => b.es.state.write('logs-app-default', { message: 'x' })),
  fc.constantFrom('green', 'yellow', 'red').map((health): Step => (b) => (b.es.health = health as 'green')),
  fc.boolean().map((formed): Step => (b) => (b.es.formed = formed)),
  fc.constantFrom('secret', 'another').map((password): Step => (b) => (b.es.users.passwords['lgtm-operator'] = password)),
  fc.boolean().map((up): Step => (b) => (up ? b.down.clear() : b.down.add(elasticsearchWish().url))),
  fc.constant<Step>((b) => treeOf(b.es.state.policies.get('logs-app')?.policy)['phases'] = { hot: { min_age: '0ms', actions: {} } }),
  fc.constant<Step>((b) => b.es.state.templates.delete('logs-app')),
);

const FOREIGN = { index_patterns: ['metrics-*'], priority: 200, composed_of: [], template: { settings: { index: { number_of_replicas: '3' } } } };

function healed(b: Bench): void {
  b.es.heal();
  b.es.health = 'green';
  b.es.formed = true;
  b.es.users.passwords['lgtm-operator'] = 'secret';
  b.down.clear();
}

/** What is in force, but for how often it was rolled over and when. */
function inForce(b: Bench): unknown {
  const { policies, templates, streams } = b.es.state;
  const stream = streams.get('logs-app-default');
  const last = stream?.indices.at(-1);
  const { 'index.uuid': _uuid, ...settings } = last?.settings ?? {};
  return {
    policy: policies.get('logs-app')?.policy, template: templates.get('logs-app'), options: stream?.options['failure_store'] ?? {}, settings, mappings: last?.mappings,
    policiesOfIndices: [...new Set(stream?.indices.map((index) => index.settings['index.lifecycle.name']))],
  };
}

async function undisturbed(last: Objects): Promise<unknown> {
  const b = new Bench();
  await b.wish(elasticsearchWish(objects(last)));
  const end = inForce(b);
  await b.stop();
  return end;
}

async function disturbed(all: readonly Step[], last: Objects): Promise<Bench> {
  const b = new Bench();
  b.es.state.templates.set('theirs', structuredClone(FOREIGN));
  b.es.state.policies.set('theirs', { version: 1, modified: '', policy: { phases: {} } });
  await b.wish(elasticsearchWish());
  for (const step of all) await step(b);
  healed(b);
  await b.wish(elasticsearchWish(objects(last)));
  await b.pass(700);
  b.es.state.write('logs-app-default', { message: 'last' });
  return b;
}

it('any interleaving of faults, drift and wishes ends in the same objects, and foreign ones stay as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 12 }), wished, async (all, last) => {
      const b = await disturbed(all, last);
      try {
        // A failure store that was on is not turned off by a template that does not speak of it.
        const strip = (end: unknown): unknown => ({ ...(end as object), ...(last.failureStore ? {} : { options: {} }) });
        expect(strip(inForce(b))).toEqual(strip(await undisturbed(last)));
        expect(b.facts()).toMatchObject({ state: 'reachable', findings: [], applied: wishHash(elasticsearchWish(objects(last))) });
        expect(b.es.state.templates.get('theirs')).toEqual(FOREIGN);
        expect(b.es.state.policies.get('theirs')?.version).toBe(1);
        b.es.takeWrites();
        await b.pass(700);
        expect(b.es.takeWrites()).toEqual([]);
      } finally {
        await b.stop();
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);
