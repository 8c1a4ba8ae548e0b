import type { z } from 'zod';
import type { CelRule } from './rule.ts';

/** A pattern as CEL, with the sentence that says it; `unless` is what else may stand there. */
export const patternRule = (pattern: RegExp, expected: string, unless = ''): CelRule => ({
  rule: `${unless}self.matches(r'${pattern.source}')`,
  message: expected,
});

/**
 * A string of a certain form. The API server only quotes a pattern that is not met, which few can read at three in the morning: so it
 * gets the sentence too, as a rule beside the pattern.
 */
export const patterned = (text: z.ZodString, pattern: RegExp, expected: string): z.ZodString =>
  text.regex(pattern, expected).meta({ 'x-kubernetes-validations': [patternRule(pattern, expected)] });
