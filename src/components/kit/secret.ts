import { failure, type Finding } from '../../api/finding.ts';
import type { SecretFacts } from '../../base/view.ts';

/** A Secret that a user names: where, by which field, and what it must hold. */
export interface RequiredSecret {
  namespace: string;
  name: string;
  path: string;
  keys: readonly string[];
}

/** What such a Secret lacks, and which certificate in it has expired. An unread one is no finding: the engine reads it and asks again. */
export function requiredSecret(wanted: RequiredSecret, read: (name: string) => SecretFacts): Finding[] {
  const { namespace, name, path, keys } = wanted;
  const facts = read(name);
  if (facts.state === 'unread') return [];
  if (facts.state === 'absent') {
    const what = `${keys.length > 1 ? 'keys' : 'key'} ${keys.join(' and ')}`;
    return [failure('SecretMissing', path, `Secret ${namespace}/${name}, named by ${path}, does not exist: create it with the ${what}`)];
  }
  return keys.flatMap((key) => {
    if (!facts.keys.includes(key)) return [failure('SecretKeyMissing', path, `Secret ${namespace}/${name}, named by ${path}, has no value under the key ${key}: add it`)];
    if (facts.expired?.includes(key) !== true) return [];
    return [failure('CertificateExpired', path, `the certificate under the key ${key} of Secret ${namespace}/${name}, named by ${path}, has expired: renew it`)];
  });
}
