import { failure, type Finding } from '../../api/finding.ts';

/** Levels of the Pod Security Standards under which a namespace refuses pods that need more than `restricted`. */
const REFUSING = ['baseline', 'restricted'];

/** What the namespace would refuse. `what`: `pods that read files of their node`; `remedy`: a sentence without a capital. */
export function podSecurityFindings(
  labels: Readonly<Record<string, string>> | undefined,
  { namespace, path, what, remedy }: { namespace: string; path: string; what: string; remedy: string },
): Finding[] {
  const level = labels?.['pod-security.kubernetes.io/enforce'] ?? 'privileged';
  if (!REFUSING.includes(level)) return [];
  return [failure('PodSecurityRefused', path, `namespace ${namespace} enforces the Pod Security level ${level}, which refuses ${what}: ${remedy}`)];
}
