import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { authorityCertificate, type Issuer, issuerOf, leafCertificate, type LeafOptions, type Validity } from '../../src/keys/x509.ts';

/** A certificate and its private key, both PEM. */
export interface Identity {
  cert: string;
  key: string;
}

export interface KeyPair {
  publicKey: string;
  privateKey: string;
}

const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 3650;

export function newKeyPair(): KeyPair {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey: pemKey(pair.privateKey) };
}

const pemKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const lifetime = (): Validity => ({ from: Date.now() - DAY_MS, to: Date.now() + LIFETIME_DAYS * DAY_MS });

/** A certificate authority that lives as long as one test run. */
export class Authority {
  /** PEM. */
  readonly cert: string;
  readonly #issuer: Issuer;

  constructor(name: string) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.cert = authorityCertificate(name, privateKey, lifetime());
    this.#issuer = issuerOf(new X509Certificate(this.cert), privateKey);
  }

  /** A client's certificate: Kubernetes reads the common name as the user and the organizations as the groups. */
  client(user: string, groups: readonly string[] = []): Identity {
    return this.#issue(user, groups, { use: ['clientAuth'] });
  }

  /** A server's certificate for DNS names and IPv4 addresses. */
  server(names: readonly string[], addresses: readonly string[]): Identity {
    return this.#issue(names[0] ?? 'server', [], { use: ['serverAuth'], names: [...names, ...addresses] });
  }

  #issue(commonName: string, organizations: readonly string[], options: Omit<LeafOptions, keyof Validity>): Identity {
    const { privateKey } = newKeyPair();
    const publicKey = createPublicKey(createPrivateKey(privateKey));
    return { cert: leafCertificate({ commonName, organizations, publicKey }, { ...lifetime(), ...options }, this.#issuer), key: privateKey };
  }
}
