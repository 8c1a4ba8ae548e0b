import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalQuantity, QUANTITY_PATTERN, quantityValue } from './quantity.ts';

describe('quantities', () => {
  it.each([
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1024Mi', '1Gi'],
    ['1500Mi', '1500Mi'],
    ['2000M', '2G'],
    [2, '2'],
    ['0', '0'],
    ['1.5Gi', '1536Mi'],
  ])('stores %s as %s', (given, stored) => expect(canonicalQuantity(given)).toBe(stored));

  it('keeps the value', () => {
    const suffix = fc.constantFrom('m', '', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'Ti');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), suffix, (n, unit) => {
        const canonical = canonicalQuantity(`${n}${unit}`);
        expect(canonical).toMatch(QUANTITY_PATTERN);
        expect(quantityValue(canonical)).toBeCloseTo(quantityValue(`${n}${unit}`), 6);
      }),
    );
  });
});
