import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter } from './lines.ts';

describe('LineSplitter', () => {
  it('gives the same lines however the bytes are cut', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => !s.includes('\n'));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(200)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((l) => `${l}\n`).join(''));
        const got: string[] = [];
        const splitter = new LineSplitter((l) => got.push(l));
        let start = 0;
        for (const cut of cuts) {
          splitter.push(bytes.subarray(start, start + cut));
          start += cut;
        }
        splitter.push(bytes.subarray(start));
        expect(got).toEqual(lines);
      }),
    );
  });

  it('keeps what has no end yet, and skips empty lines', () => {
    const got: string[] = [];
    const splitter = new LineSplitter((l) => got.push(l));
    splitter.push(Buffer.from('\n\na\nhal'));
    expect(got).toEqual(['a']);
    splitter.push(Buffer.from('f\n'));
    expect(got).toEqual(['a', 'half']);
  });
});
