import { describe, expect, it } from '@jest/globals';
import { resourceJsonSchema } from '../api/crd/crd.ts';
import type { JsonSchema } from '../api/crd/structural.ts';
import { FINDING_CODES } from '../api/finding.ts';
import { type Kind, KINDS } from '../api/kinds.ts';
import { checkResource } from '../api/resource.ts';
import { CONDITION_TYPES } from '../api/status.ts';
import { apiReference, conditionTypes, findingCodes, referencePages, smallestResource } from './docs.ts';
import { anchor } from './docs-fields.ts';

const KIND_NAMES = Object.keys(KINDS) as Kind[];

/** Names of all fields below a schema. */
function fieldNames(schema: JsonSchema): string[] {
  const inner = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})].flatMap((field) => (field ? fieldNames(field) : []));
  return [...Object.keys(schema.properties ?? {}), ...inner];
}

describe.each(KIND_NAMES)('the page of %s', (kind) => {
  const page = apiReference(kind);

  it('has a row for every field', () => {
    const { spec } = resourceJsonSchema(KINDS[kind]).properties ?? {};
    const names = fieldNames(spec ?? {});
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(page).toContain(`\n| \`${name}\` |`);
  });

  it('starts from an example that is valid', () => {
    expect(checkResource(smallestResource(kind))).toEqual([]);
    expect(page).toContain(`kind: ${kind}\n`);
  });

  it('states rules as sentences', () => {
    expect(page).toContain('- metadata.name must have at most');
  });
});

describe('the reference', () => {
  const pages = referencePages();

  it('has links that lead somewhere', () => {
    const names = pages.map(({ name }) => name);
    for (const { content } of pages) {
      const anchors = [...content.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading ?? ''));
      expect(new Set(anchors).size).toBe(anchors.length);
      for (const [, target = ''] of content.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)]+)\)/g)) {
        expect(target.startsWith('#') ? anchors : names).toContain(target.replace('#', ''));
      }
    }
  });

  it('has tables whose rows all have as many cells as their head', () => {
    for (const { content } of pages) {
      for (const table of content.matchAll(/(?:^\|.*\|\n)+/gm)) {
        const widths = table[0].trimEnd().split('\n').map((row) => row.replaceAll('\\|', '').split('|').length);
        expect(new Set(widths).size).toBe(1);
      }
    }
  });

  it('explains every condition type and every finding code', () => {
    for (const type of CONDITION_TYPES) expect(conditionTypes()).toContain(`| \`${type}\` |`);
    for (const code of Object.keys(FINDING_CODES)) expect(findingCodes()).toContain(`| \`${code}\` |`);
  });
});
