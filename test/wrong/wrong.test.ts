import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isFailure } from '../../src/api/finding.ts';
import { checkDocuments } from '../../src/cli/validate.ts';
import { loadCases, merged, type WrongCase } from './cases.ts';
import { Cluster } from './cluster.ts';
import { conditionOf, start, type Trial } from './trial.ts';

/**
 * Wrong resources, one a file in cases/: each gets a clear error from `validate`, and from the API server where it can say it, else a
 * condition with the remedy. None makes the operator crash or loop, and mending each one heals it.
 */

const CASES = (await loadCases()).map((one) => [one.name, one] as const);
const START_MS = 240_000;
const TRIAL_MS = 240_000;
const ROOT = join(import.meta.dirname, '../..');

const cluster: Promise<Cluster> = new Promise((resolve, reject) => {
  beforeAll(async () => {
    await Cluster.start().then(resolve, (error: Error) => {
      reject(error);
      throw error;
    });
  }, START_MS);
});
