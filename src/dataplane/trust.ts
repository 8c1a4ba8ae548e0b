import { hashText } from '../base/hash.ts';
import type { ProductFinding, ProductWish, ReadSecret, SecretKey } from '../base/product.ts';
import { findingOf } from './driver.ts';

/** What makes us trust a product, and it us. Lives in memory only, and is never logged. */
export interface Trust {
  /** PEM. */
  ca: string | undefined;
  authorization: string;
  /** Changes with either. */
  hash: string;
}

/** A Secret that is not there, or not whole. */
export class Untrusted extends Error {
  override readonly name = 'Untrusted';
  readonly finding: ProductFinding;

  constructor(finding: ProductFinding) {
    super(finding.message);
    this.finding = finding;
  }
}

const decoded = (value: string): string => Buffer.from(value, 'base64').toString('utf8');

/** Which key of which Secret says who we are. */
export const credentialKey = ({ credentials }: ProductWish): SecretKey => ('token' in credentials ? credentials.token : credentials.password);

/** Reads what a wish names; rejects with Untrusted, or as `read` does. */
export async function readTrust(wish: ProductWish, read: ReadSecret, signal: AbortSignal): Promise<Trust> {
  const value = async ({ secret, key }: SecretKey, what: string): Promise<string> => {
    const data = await read({ namespace: wish.namespace, name: secret }, signal);
    const held = `which holds the ${what} for ${wish.id}`;
    if (data === undefined) {
      const message = `Secret ${wish.namespace}/${secret}, ${held}, does not exist: put it back; one that the operator generates comes back by itself`;
      throw new Untrusted(findingOf('SecretMissing', wish.id, message));
    }
    const text = decoded(data[key] ?? '');
    if (text !== '') return text;
    throw new Untrusted(findingOf('SecretKeyMissing', wish.id, `Secret ${wish.namespace}/${secret} lacks the key ${key}, ${held}: add it`));
  };
  const { ca, credentials } = wish;
  const bundle = ca === undefined ? undefined : await value(ca, 'CA');
  const authorization = 'token' in credentials
    ? `Bearer ${(await value(credentials.token, 'token')).trim()}`
    : `Basic ${Buffer.from(`${credentials.user}:${await value(credentials.password, 'password')}`).toString('base64')}`;
  return { ca: bundle, authorization, hash: hashText(`${bundle ?? ''}\n${authorization}`) };
}
