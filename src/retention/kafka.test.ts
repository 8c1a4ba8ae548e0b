import { describe, expect, it } from '@jest/globals';
import { kafkaMaxAge, kafkaRetentionRows } from './kafka.ts';

describe('the buffer in the status', () => {
  it('keeps records a segment longer than asked for, and what the broker takes to notice', () => {
    expect(kafkaRetentionRows({ topic: { retention: '2d' }, managed: {} })).toEqual([
      { signal: 'logs (buffer)', tenant: '*', wanted: '2d', maxAge: '2d6h6m', where: 'retention.ms of the topic' },
    ]);
    expect(kafkaMaxAge('1h') - 3_600_000).toBe((10 + 5 + 1) * 60_000);
  });

  it('says nothing of a topic that it does not manage', () => {
    const external = { bootstrapServers: ['k:9092'] };
    expect(kafkaRetentionRows(undefined)).toEqual([]);
    expect(kafkaRetentionRows({ external })).toEqual([]);
    expect(kafkaRetentionRows({ external: { ...external, manageTopics: true } })).toHaveLength(1);
  });
});
