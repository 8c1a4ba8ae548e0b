import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Heap } from './heap.ts';

const drain = (heap: Heap<number>): number[] => {
  const out: number[] = [];
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) out.push(item);
  return out;
};

describe('Heap', () => {
  it('sorts whatever is pushed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const heap = new Heap<number>((a, b) => a < b);
        for (const n of numbers) heap.push(n);
        expect(heap.peek()).toBe(numbers.length === 0 ? undefined : Math.min(...numbers));
        expect(drain(heap)).toEqual([...numbers].sort((a, b) => a - b));
      }),
    );
  });

  it('keeps its order when filtered', () => {
    const heap = new Heap<number>((a, b) => a < b);
    for (const n of [5, 2, 9, 4, 7, 1]) heap.push(n);
    heap.filter((n) => n % 2 === 1);
    expect(heap.size).toBe(4);
    expect(drain(heap)).toEqual([1, 5, 7, 9]);
  });
});
