/** The little of ASN.1's distinguished encoding that a certificate needs. */

export const TAG = { utf8: 0x0c, utcTime: 0x17, octets: 0x04 } as const;

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

export const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);

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
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const groups = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
  return groups;
}

/** A moment as UTCTime: years 1950 to 2049. */
export function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\D/g, '');
  return tlv(TAG.utcTime, Buffer.from(`${digits.slice(2, 14)}Z`));
}
