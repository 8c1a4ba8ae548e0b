import { failure, type Finding } from '../../api/finding.ts';

/** A version whose configuration we do not know is refused: rendering it would be a guess. */
export function versionFindings(path: string, product: string, version: string, minors: readonly string[]): Finding[] {
  if (minors.some((minor) => version.startsWith(`${minor}.`))) return [];
  const known = minors.map((minor) => `${minor}.x`).join(' or ');
  return [failure('VersionUnsupported', path, `${path}: ${product} ${version} is not supported: use ${known}, or leave it out`)];
}
