import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from '@jest/globals';

/** Compares a text with a reviewed file beside the test; `LGTM_UPDATE_GOLDEN=1` writes it anew. */
export function expectGolden(url: URL, text: string): void {
  if (process.env.LGTM_UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(url.pathname), { recursive: true });
    writeFileSync(url, text);
  }
  expect(text).toBe(readFileSync(url, 'utf8'));
}
