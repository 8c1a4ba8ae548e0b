import { describe, expect, it } from '@jest/globals';
import type { LogStackSpec } from '../../api/logstack.ts';
import { expectGolden } from '../../testing/golden.ts';
import { toYaml } from '../kit/yaml.ts';
import { elasticsearchWish, lifecycleObjects, rolloverAge, timeValue } from './lifecycle.ts';

const OWNER = { kind: 'LogStack', namespace: 'obs', name: 'shop-logs' };

const spec = (over: Partial<LogStackSpec> = {}): LogStackSpec => ({ backend: 'elasticsearch', ...over });

describe('what shall be in Elasticsearch', () => {
  it.each<[string, LogStackSpec]>([
    ['forever', spec()],
    ['retention', spec({ retention: '14d', size: 'medium', collection: { metricbeat: {} } })],
  ])('%s is as reviewed', (name, wanted) => {
    expectGolden(new URL(`golden/wish-${name}.yaml`, import.meta.url), toYaml(elasticsearchWish(OWNER, wanted)));
  });

  it('is in an order in which each thing finds what it names', () => {
    expect(lifecycleObjects(OWNER, spec({ collection: { metricbeat: {} } })).map(({ kind }) => kind)).toEqual(
      ['ilmPolicy', 'ilmPolicy', 'indexTemplate', 'indexTemplate', 'dataStream', 'dataStream']);
  });

  it('outranks the built-in templates, and takes their streams only', () => {
    const templates = lifecycleObjects(OWNER, spec()).filter(({ kind }) => kind === 'indexTemplate').map(({ body }) => body);
    for (const template of templates) expect(template.priority).toBeGreaterThan(200);
    expect(templates.map(({ index_patterns: patterns }) => patterns)).toEqual([['logs-shop_logs-*'], ['metrics-shop_logs-*']]);
  });
});

describe('durations', () => {
  it.each<[string | undefined, string]>([[undefined, '30d'], ['24h', '2h'], ['2d', '4h'], ['7d', '16h'], ['14d', '1d'], ['30d', '3d'], ['1y', '30d'], ['26h', '2h']])(
    'a retention of %s rolls over after %s', (retention, age) => {
      expect(timeValue(rolloverAge(retention))).toBe(age);
    });

  it('have one unit, as Elasticsearch knows them', () => {
    const body = JSON.stringify(lifecycleObjects(OWNER, spec({ retention: '1w2d3h' })));
    expect(body).toContain('"min_age":"219h"');
    expect(body).toContain('"data_retention":"219h"');
  });
});
