import { randomBytes, randomUUID } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Largest multiple of the alphabet's length below 256: bytes from there on would favour its first letters. */
const FAIR = 256 - (256 % ALPHABET.length);

/** `length` characters [A-Za-z0-9], each as likely as any other. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) if (byte < FAIR && text.length < length) text += ALPHABET.charAt(byte % ALPHABET.length);
  }
  return text;
}

/**
 * A random UUID as base64url without padding: 22 characters. Kafka's tools take a leading hyphen for an option, so Kafka makes
 * none, and lately (KAFKA-20072) none with a hyphen anywhere.
 */
export function kafkaUuid(): string {
  for (;;) {
    const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
    if (!id.includes('-')) return id;
  }
}
