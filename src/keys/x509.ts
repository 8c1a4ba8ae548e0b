import { createHash, createPublicKey, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, boolean, elements, explicit, implicit, integer, oid, sequence, set, TAG, time, tlv } from './der.ts';

/** Writes X.509 certificates (RFC 5280), signed with RSA or ECDSA and SHA-256. Reading is left to `node:crypto`. */

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaWithSha256: '1.2.840.113549.1.1.11',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyId: '2.5.29.14',
  authorityKeyId: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** Bits of KeyUsage, from the left: keyCertSign and cRLSign; digitalSignature; the same with keyEncipherment, which RSA key exchange wants. */
const AUTHORITY_USAGE = bits(Buffer.from([0x06]), 1);
const SIGNING_USAGE = bits(Buffer.from([0x80]), 7);
const RSA_USAGE = bits(Buffer.from([0xa0]), 5);

export interface Validity {
  /** ms since the epoch; both ends count as whole seconds. */
  from: number;
  to: number;
}

/** Who signs: as `subject` and `keyId` stand in the issuer's certificate, byte for byte. */
export interface Issuer {
  subject: Buffer;
  /** Absent when the certificate has none. */
  keyId?: Buffer | undefined;
  privateKey: KeyObject;
}

export interface Subject {
  commonName: string;
  organizations?: readonly string[];
  publicKey: KeyObject;
}

export interface LeafOptions extends Validity {
  /** DNS names and IPv4 addresses. */
  names?: readonly string[];
  use: readonly ('serverAuth' | 'clientAuth')[];
}

/** A certificate that signs others, itself included. PEM. */
export function authorityCertificate(commonName: string, privateKey: KeyObject, validity: Validity): string {
  const publicKey = createPublicKey(privateKey);
  const subject = distinguishedName({ commonName, publicKey });
  const extensions = [
    extension(OID.basicConstraints, sequence(boolean(true), integer(0n)), true),
    extension(OID.keyUsage, AUTHORITY_USAGE, true),
  ];
  return signed({ subject, publicKey, validity, extensions }, { subject, keyId: keyIdOf(publicKey), privateKey });
}

/** A certificate of a server, a client, or both. PEM. */
export function leafCertificate(subject: Subject, options: LeafOptions, issuer: Issuer): string {
  const { names = [], use } = options;
  const usage = subject.publicKey.asymmetricKeyType === 'rsa' ? RSA_USAGE : SIGNING_USAGE;
  const extensions = [
    extension(OID.basicConstraints, sequence(), true),
    extension(OID.keyUsage, usage, true),
    extension(OID.extendedKeyUsage, sequence(...use.map((purpose) => oid(OID[purpose])))),
    ...(names.length === 0 ? [] : [extension(OID.subjectAltName, sequence(...names.map(generalName)))]),
  ];
  return signed({ subject: distinguishedName(subject), publicKey: subject.publicKey, validity: options, extensions }, issuer);
}

/** How a certificate signs. Its names are taken over as they are written there: another encoding would be another name to some. */
export function issuerOf(certificate: X509Certificate, privateKey: KeyObject): Issuer {
  const [body] = elements(elements(certificate.raw)[0]?.content ?? Buffer.alloc(0));
  const fields = elements(body?.content ?? Buffer.alloc(0));
  const subject = fields[5]?.whole;
  if (subject === undefined) throw new RangeError('a certificate without subject');
  return { subject, keyId: subjectKeyId(fields.find(({ tag }) => tag === EXTENSIONS)), privateKey };
}

const EXTENSIONS = 0xa3;

function subjectKeyId(extensions: { content: Buffer } | undefined): Buffer | undefined {
  const all = extensions === undefined ? [] : elements(elements(extensions.content)[0]?.content ?? Buffer.alloc(0));
  for (const { content } of all) {
    const [id, ...rest] = elements(content);
    const value = rest.at(-1);
    if (id?.whole.equals(oid(OID.subjectKeyId)) === true && value !== undefined) return elements(value.content)[0]?.content;
  }
  return undefined;
}

interface Body {
  subject: Buffer;
  publicKey: KeyObject;
  validity: Validity;
  extensions: readonly Buffer[];
}

function signed({ subject, publicKey, validity, extensions }: Body, issuer: Issuer): string {
  const algorithm = signatureAlgorithm(issuer.privateKey);
  const keyIds = [
    extension(OID.subjectKeyId, tlv(TAG.octets, keyIdOf(publicKey))),
    ...(issuer.keyId === undefined ? [] : [extension(OID.authorityKeyId, sequence(implicit(0, issuer.keyId)))]),
  ];
  const body = sequence(
    explicit(0, integer(2n)), // version 3
    integer(BigInt(`0x${randomBytes(16).toString('hex')}`)),
    algorithm,
    issuer.subject,
    sequence(time(new Date(validity.from)), time(new Date(validity.to))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions, ...keyIds)),
  );
  const whole = sequence(body, algorithm, bits(sign('sha256', body, issuer.privateKey)));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}

const signatureAlgorithm = (key: KeyObject): Buffer =>
  key.asymmetricKeyType === 'rsa' ? sequence(oid(OID.rsaWithSha256), tlv(TAG.null)) : sequence(oid(OID.ecdsaWithSha256));

function distinguishedName({ commonName, organizations = [] }: Subject): Buffer {
  const part = (type: string, value: string): Buffer => set(sequence(oid(type), tlv(TAG.utf8, Buffer.from(value))));
  return sequence(...organizations.map((name) => part(OID.organization, name)), part(OID.commonName, commonName));
}

const generalName = (name: string): Buffer =>
  isIPv4(name) ? implicit(7, Buffer.from(name.split('.').map(Number))) : implicit(2, Buffer.from(name, 'ascii'));

/** RFC 5280 4.2.1.2, method 1: SHA-1 of the key's bits, without what says which kind of key it is. */
function keyIdOf(publicKey: KeyObject): Buffer {
  const [info] = elements(publicKey.export({ type: 'spki', format: 'der' }));
  const key = elements(info?.content ?? Buffer.alloc(0))[1]?.content ?? Buffer.alloc(0);
  return createHash('sha1').update(key.subarray(1)).digest();
}

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(TAG.octets, value));

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a PEM text, in order; undefined when one cannot be read. */
export function certificatesIn(pem: string): X509Certificate[] | undefined {
  try {
    return [...pem.matchAll(BLOCK)].map(([block]) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** Whether a certificate was signed by this one: name, key ids, purpose and signature. */
export const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** Whole seconds, in ms since the epoch. */
export const validity = (certificate: X509Certificate): Validity => ({
  from: certificate.validFromDate.getTime(),
  to: certificate.validToDate.getTime(),
});
