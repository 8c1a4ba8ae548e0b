import { describe, expect, it } from '@jest/globals';
import { kafkaUuid, randomText } from './random.ts';

describe('randomText', () => {
  it('draws from all of the alphabet, and from nothing else', () => {
    const text = randomText(20_000);
    expect(text).toMatch(/^[A-Za-z0-9]{20000}$/);
    expect(new Set(text).size).toBe(62);
    expect(randomText(0)).toBe('');
    expect(randomText(32)).not.toBe(randomText(32));
  });
});

describe('kafkaUuid', () => {
  it('is 16 bytes, of which a tool takes none for an option', () => {
    for (let i = 0; i < 1_000; i++) {
      const id = kafkaUuid();
      expect(id).toMatch(/^[A-Za-z0-9_]{22}$/);
      const hex = Buffer.from(id, 'base64url').toString('hex');
      // A random UUID: version 4, variant 1. Kafka's reserved ids are not among them.
      expect(hex).toMatch(/^.{12}4.{3}[89ab].{15}$/);
    }
  });
});
