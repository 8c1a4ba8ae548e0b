import type { RawSchema } from './structural.ts';

interface Literals {
  type: string;
  enum: readonly unknown[];
}

const isLiterals = (schema: unknown): schema is Literals =>
  typeof schema === 'object' && schema !== null && 'enum' in schema && Array.isArray(schema.enum)
  && Object.keys(schema).every((key) => key === 'type' || key === 'enum');

/**
 * Zod writes `1 | 3` as `anyOf` of two enums of numbers; a CRD wants one enum of integers. Anything that is no union of
 * literals of one type stays as it is.
 */
export function literals(schema: RawSchema): RawSchema {
  const { anyOf, ...rest } = schema;
  const branches: readonly unknown[] = Array.isArray(anyOf) ? anyOf : [{ type: schema.type, enum: schema.enum }];
  const [first] = branches;
  if (!isLiterals(first) || !branches.every((branch) => isLiterals(branch) && branch.type === first.type)) return schema;
  const values = branches.filter(isLiterals).flatMap((branch) => [...branch.enum]);
  const type = first.type === 'number' && values.every(Number.isInteger) ? 'integer' : first.type;
  return { ...rest, type, enum: values };
}
