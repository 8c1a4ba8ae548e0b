/** The little of ASN.1's distinguished encoding that a certificate needs. */

export const TAG = { octets: 0x04, null: 0x05, oid: 0x06, utf8: 0x0c, utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30 } as const;

/** A value of any type: tag, length, content. */
export function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body)]), body]);
}

function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >> 8, length & 0xff];
}

export const sequence = (...parts: readonly Buffer[]): Buffer => tlv(TAG.sequence, ...parts);

export const set = (...parts: readonly Buffer[]): Buffer => tlv(0x31, ...parts);

export const explicit = (index: number, ...parts: readonly Buffer[]): Buffer => tlv(0xa0 + index, ...parts);

/** An implicitly tagged primitive, as general names have it. */
export const implicit = (index: number, content: Buffer): Buffer => tlv(0x80 + index, content);

export const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0]));

/** A positive integer, big-endian, in as few bytes as can hold it with a sign bit. */
export function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const negative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return tlv(0x02, negative ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}

/** A bit string without unused bits. */
export const bits = (content: Buffer, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), content);

/** An object identifier from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tlv(TAG.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const groups = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
  return groups;
}

/** A moment, whole seconds, as certificates want it: UTCTime through 2049, GeneralizedTime from then on. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\D/g, '').slice(0, 14);
  if (date.getUTCFullYear() >= 2050) return tlv(TAG.generalizedTime, Buffer.from(`${digits}Z`));
  return tlv(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`));
}

/** A value that was read. */
export interface Element {
  tag: number;
  content: Buffer;
  /** Tag and length included. */
  whole: Buffer;
}

/** The values that stand one after another in `bytes`; throws a RangeError when they do not end where `bytes` does. */
export function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at);
    found.push(element);
    at += element.whole.length;
  }
  return found;
}

function elementAt(bytes: Buffer, at: number): Element {
  const short = bytes.readUInt8(at + 1);
  const more = short < 0x80 ? 0 : short & 0x7f;
  const start = at + 2 + more;
  const end = start + (more === 0 ? short : bytes.readUIntBE(at + 2, more));
  if (end > bytes.length) throw new RangeError('a value ends behind the end');
  return { tag: bytes.readUInt8(at), content: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}
