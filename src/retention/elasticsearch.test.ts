import { describe, expect, it } from '@jest/globals';
import type { LogStackSpec } from '../api/logstack.ts';
import { elasticsearchRetentionRows } from './elasticsearch.ts';

const OWNER = { kind: 'LogStack', namespace: 'obs', name: 'shop-logs' };

const rows = (over: Partial<LogStackSpec>) =>
  elasticsearchRetentionRows(OWNER, { backend: 'elasticsearch', ...over }).map(({ signal, wanted, maxAge, where }) => `${signal}: ${wanted}, ${maxAge} (${where})`);

describe('the rows of the status', () => {
  it('add the rollover and two looks to the period', () => {
    expect(rows({ retention: '14d' })).toEqual([
      'logs: 14d, 15d20m (ILM policy logs-shop_logs)',
      'failed logs: 14d, 15d10m (failure store of logs-shop_logs)',
    ]);
  });

  it('say what is kept for ever, and what is not', () => {
    expect(rows({})).toEqual(['logs: forever, forever (ILM policy logs-shop_logs)', 'failed logs: 30d, 37d10m (failure store of logs-shop_logs)']);
    expect(rows({ retention: '1y', collection: { metricbeat: {} } })).toHaveLength(4);
  });
});
