import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { TAG, bits, boolean, explicit, implicit, integer, oid, sequence, set, tlv, utcTime } from './der.ts';

/** A certificate and its private key, both PEM. */
export interface Identity {
  cert: string;
  key: string;
}

export interface KeyPair {
  publicKey: string;
  privateKey: string;
}

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyId: '2.5.29.14',
  authorityKeyId: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 3650;
/** Bits of KeyUsage: digitalSignature (0), and keyCertSign (5) for an authority. */
const DIGITAL_SIGNATURE = Buffer.from([0x80]);
const SIGNS_CERTIFICATES = Buffer.from([0x84]);

export function newKeyPair(): KeyPair {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey: pemKey(pair.privateKey) };
}

const pemKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A certificate authority that lives as long as one test run. */
export class Authority {
  /** PEM. */
  readonly cert: string;
  readonly #key: KeyObject;
  readonly #name: Buffer;

  constructor(name: string) {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = pair.privateKey;
    this.#name = distinguishedName(name, []);
    const extensions = [
      extension(OID.basicConstraints, sequence(boolean(true)), true),
      extension(OID.keyUsage, bits(SIGNS_CERTIFICATES, 2), true),
    ];
    this.cert = this.#sign(this.#name, createPublicKey(pair.privateKey), extensions);
  }

  /** A client's certificate: Kubernetes reads the common name as the user and the organizations as the groups. */
  client(user: string, groups: readonly string[] = []): Identity {
    return this.#issue(distinguishedName(user, groups), [extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuth)))]);
  }

  /** A server's certificate for DNS names and IPv4 addresses. */
  server(names: readonly string[], addresses: readonly string[]): Identity {
    const alternatives = [
      ...names.map((name) => implicit(2, Buffer.from(name))),
      ...addresses.map((address) => implicit(7, Buffer.from(address.split('.').map(Number)))),
    ];
    return this.#issue(distinguishedName(names[0] ?? 'server', []), [
      extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth))),
      extension(OID.subjectAltName, sequence(...alternatives)),
    ]);
  }

  #issue(subject: Buffer, extensions: readonly Buffer[]): Identity {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const usage = extension(OID.keyUsage, bits(DIGITAL_SIGNATURE, 7), true);
    return { cert: this.#sign(subject, pair.publicKey, [usage, ...extensions]), key: pemKey(pair.privateKey) };
  }

  #sign(subject: Buffer, publicKey: KeyObject, extensions: readonly Buffer[]): string {
    const algorithm = sequence(oid(OID.ecdsaWithSha256));
    const now = Date.now();
    const keyIds = [
      extension(OID.subjectKeyId, tlv(TAG.octets, keyId(publicKey))),
      extension(OID.authorityKeyId, sequence(implicit(0, keyId(createPublicKey(this.#key))))),
    ];
    const body = sequence(
      explicit(0, integer(2n)), // version 3
      integer(BigInt(`0x${randomBytes(16).toString('hex')}`)),
      algorithm,
      this.#name,
      sequence(utcTime(new Date(now - DAY_MS)), utcTime(new Date(now + LIFETIME_DAYS * DAY_MS))),
      subject,
      publicKey.export({ type: 'spki', format: 'der' }),
      explicit(3, sequence(...extensions, ...keyIds)),
    );
    const whole = sequence(body, algorithm, bits(sign('sha256', body, this.#key)));
    const lines = whole.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
  }
}

function distinguishedName(commonName: string, organizations: readonly string[]): Buffer {
  const part = (type: string, value: string): Buffer => set(sequence(oid(type), tlv(TAG.utf8, Buffer.from(value))));
  return sequence(...organizations.map((name) => part(OID.organization, name)), part(OID.commonName, commonName));
}

const keyId = (key: KeyObject): Buffer => createHash('sha1').update(key.export({ type: 'spki', format: 'der' })).digest();

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(TAG.octets, value));
