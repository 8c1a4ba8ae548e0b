import { createHash, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { randomText } from './random.ts';

/** What Elasticsearch reads from its `users` and `service_tokens` files, and the tokens that belong to them. */

const stretched = promisify(pbkdf2);

/** Elasticsearch takes these for its default; it looks the number up among a few, so no other will do. */
const ITERATIONS = 10_000;
const KEY_BYTES = 32;
const SALT_BYTES = 32;
const SECRET_LENGTH = 32;
/** First bytes of a service token: magic, type, reserved, version of the format. */
const TOKEN_PREFIX = Buffer.from([0, 1, 0, 1]);

/** `elastic/kibana/<name>`; token names as Elasticsearch's Validation has them. */
const ACCOUNT = /^[\w-]+\/[\w-]+\/[A-Za-z0-9-][\w-]{0,255}$/;
/** What Elasticsearch allows in a user's name, but for the colon that would end it in the file. */
const USER = /^(?! )[\x20-\x39\x3b-\x7e]{1,507}(?<! )$/;

/**
 * A hash that Elasticsearch verifies by its prefix, whatever hasher it is set to: PBKDF2 with HMAC-SHA512 over the password's
 * SHA-512 as hex digits, 256 bits; salt and hash as base64.
 */
export async function passwordHash(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const digest = createHash('sha512').update(password).digest('hex');
  const hash = await stretched(digest, salt, ITERATIONS, KEY_BYTES, 'sha512');
  return `{PBKDF2_STRETCH}${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

async function lines(secrets: Readonly<Record<string, string>>): Promise<string> {
  const made = await Promise.all(Object.entries(secrets).map(async ([name, secret]) => `${name}:${await passwordHash(secret)}\n`));
  return made.join('');
}

/** The `users` file: user → password. */
export async function usersFile(passwords: Readonly<Record<string, string>>): Promise<string> {
  for (const user of Object.keys(passwords)) if (!USER.test(user)) throw new TypeError(`no name for a user of Elasticsearch: ${JSON.stringify(user)}`);
  return lines(passwords);
}

/** A new bearer token of an account and token name, `elastic/kibana/<name>`. */
export function serviceToken(account: string): string {
  if (!ACCOUNT.test(account)) throw new TypeError(`no service account with the name of a token: ${JSON.stringify(account)}`);
  return Buffer.concat([TOKEN_PREFIX, Buffer.from(`${account}:${randomText(SECRET_LENGTH)}`)]).toString('base64').replace(/=+$/, '');
}

/** The secret in a bearer token; undefined when it is none of this account and name. */
function secretOf(account: string, token: string): string | undefined {
  const bytes = Buffer.from(token.trim(), 'base64');
  const text = bytes.subarray(TOKEN_PREFIX.length).toString();
  const ours = bytes.subarray(0, TOKEN_PREFIX.length).equals(TOKEN_PREFIX) && text.startsWith(`${account}:`);
  return ours ? text.slice(account.length + 1) : undefined;
}

/** The `service_tokens` file: account and name → bearer token. Undefined when a token does not belong to its account. */
export async function serviceTokensFile(tokens: Readonly<Record<string, string>>): Promise<string | undefined> {
  const secrets: Record<string, string> = {};
  for (const [account, token] of Object.entries(tokens)) {
    const secret = secretOf(account, token);
    if (secret === undefined) return undefined;
    secrets[account] = secret;
  }
  return lines(secrets);
}
