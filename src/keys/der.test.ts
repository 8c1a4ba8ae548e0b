import { describe, expect, it } from '@jest/globals';
import { elements, integer, oid, sequence, TAG, time, tlv } from './der.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');

describe('DER', () => {
  it('writes integers without a byte too many, and never a negative one', () => {
    expect(hex(integer(2n))).toBe('020102');
    expect(hex(integer(0n))).toBe('020100');
    expect(hex(integer(0xffn))).toBe('020200ff');
    expect(hex(integer(0x0102n))).toBe('02020102');
  });

  it('writes object identifiers', () => {
    expect(hex(oid('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302');
    expect(hex(oid('1.2.840.113549.1.1.11'))).toBe('06092a864886f70d01010b');
  });

  it('writes moments as certificates want them: with two digits of the year through 2049', () => {
    expect(time(new Date('2049-12-31T23:59:59.9Z')).toString('latin1')).toBe('\x17\x0d491231235959Z');
    expect(time(new Date('2050-01-01T00:00:00Z')).toString('latin1')).toBe('\x18\x0f20500101000000Z');
  });

  it.each([0, 1, 0x7f, 0x80, 0xff, 0x100, 0xfff0])('reads what it writes: %d bytes', (length) => {
    const contents = [Buffer.alloc(length, 0x30), Buffer.from('after')];
    const [whole, ...more] = elements(sequence(...contents.map((content) => tlv(TAG.octets, content))));
    expect(elements(whole?.content ?? Buffer.alloc(0)).map(({ content }) => hex(content))).toEqual(contents.map(hex));
    expect(more).toEqual([]);
  });

  it.each(['3082', '3005ff', '30', '308000'])('refuses to read %s', (bytes) => {
    expect(() => elements(elements(Buffer.from(bytes, 'hex'))[0]?.content ?? Buffer.alloc(0))).toThrow(/out of range|behind the end/);
  });
});
