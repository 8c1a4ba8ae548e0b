import type { z } from 'zod';
import type { FindingCode } from './finding.ts';

/** One rule, said twice: in CEL for the API server, in TypeScript for `validate` and the reconcile. */
export interface Rule<T> {
  cel: string;
  code: FindingCode;
  message: string;
  /** Field that the message is about, relative to the schema that carries the rule. */
  path?: readonly string[];
  holds: (value: T) => boolean;
}

export interface CelRule {
  rule: string;
  message: string;
  fieldPath?: string;
}

/** A rule as the API server wants it. */
export const celRule = (rule: Pick<Rule<never>, 'cel' | 'message' | 'path'>): CelRule => ({
  rule: rule.cel,
  message: rule.message,
  ...(rule.path === undefined ? {} : { fieldPath: `.${rule.path.join('.')}` }),
});

/** Adds rules to a schema, for zod and for the CRD alike. Call it last: it carries over the metadata. */
export function ruled<S extends z.ZodType>(schema: S, ...rules: readonly Rule<z.output<S>>[]): S {
  const checked = schema.superRefine((value, context) => {
    for (const rule of rules) {
      if (rule.holds(value)) continue;
      context.addIssue({ code: 'custom', message: rule.message, path: [...(rule.path ?? [])], params: { code: rule.code } });
    }
  });
  const { 'x-kubernetes-validations': before = [], ...meta } = (schema.meta() ?? {}) as { 'x-kubernetes-validations'?: readonly CelRule[] };
  return checked.meta({ ...meta, 'x-kubernetes-validations': [...before, ...rules.map(celRule)] });
}
