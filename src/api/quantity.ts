import { z } from 'zod';
import { patternRule } from './pattern.ts';

const SUFFIX: Readonly<Record<string, number>> = {
  m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

/** Kubernetes' quantities less exponents, signs and micro units. */
export const QUANTITY_PATTERN = /^(\d+|\d+\.\d{1,3})(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

export type Quantity = number | string;

/** The plain number that a quantity stands for: `500m` → 0.5, `1Gi` → 1073741824. */
export function quantityValue(quantity: Quantity): number {
  const match = QUANTITY_PATTERN.exec(String(quantity));
  if (!match) throw new Error(`not a quantity: ${quantity}`);
  return Number(match[1]) * (SUFFIX[match[2] ?? ''] ?? 1);
}

const BINARY = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const;
const DECIMAL = ['E', 'P', 'T', 'G', 'M', 'k'] as const;

/**
 * The form in which the API server stores a quantity (`0.5` → `500m`, `1024Mi` → `1Gi`), so that what we render
 * compares equal to what lives.
 */
export function canonicalQuantity(quantity: Quantity): string {
  const text = String(quantity);
  const match = QUANTITY_PATTERN.exec(text);
  if (!match) return text;
  const value = quantityValue(text);
  const suffixes: readonly string[] = match[2]?.endsWith('i') ? BINARY : DECIMAL;
  if (value === 0) return '0';
  for (const suffix of suffixes) {
    const scaled = value / (SUFFIX[suffix] ?? 1);
    if (Number.isInteger(scaled)) return `${scaled}${suffix}`;
  }
  return Number.isInteger(value) ? String(value) : `${Math.ceil(Number((value * 1000).toFixed(6)))}m`;
}

const EXPECTED = 'expected a quantity such as 500m or 10Gi';

export const quantity = (description: string) =>
  z
    .union([z.int().min(0).max(2 ** 31 - 1), z.string().max(20).regex(QUANTITY_PATTERN, EXPECTED)])
    .meta({ description, 'x-kubernetes-int-or-string': true, 'x-kubernetes-validations': [patternRule(QUANTITY_PATTERN, EXPECTED, 'type(self) == int || ')] });
