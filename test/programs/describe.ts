import { describe } from '@jest/globals';
import { programAvailable } from './program.ts';
import type { ProgramName } from './program.ts';

/** Tests that need real programs. Where one cannot be had, they are skipped, and their title says for want of which. To be awaited. */
export async function describeWith(names: readonly ProgramName[], title: string, body: () => void): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if ((await programAvailable(name)) === undefined) missing.push(name);
  if (missing.length === 0) describe(title, body);
  else describe.skip(`${title} (skipped: no ${missing.join(', ')} here)`, body);
}
