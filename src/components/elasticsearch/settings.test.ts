import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { ELASTICSEARCH_OWNED } from './config.ts';
import { flattened, merged, settingsFindings, settingsYaml } from './settings.ts';

/**
 * What Elasticsearch does to the text of its file before it reads the YAML: every `${NAME}` on one line becomes that variable, whatever is
 * around it, and one that it does not know stays, to be refused later. (Written from InternalSettingsPreparer of 9.5.)
 */
const expanded = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{([^}\r\n]*)\}/g, (whole, name: string) => env[name] ?? whole);

const ENV = { HOME: "'\nowned: true\n#", POD_NAME: 'p', '': 'x', 'x\ny': 'z' };

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom('${HOME}', '$', '{', '}', '\n', '\r', '\t', "'", '"', ': ', ' #', '- ', '|', '>', '&a', '*a', '!!x', '%', '---', '\u2028', '\u0085', '\u0000', '\ud800', '\\', 'HOME', '~', 'null', '1e3', '0x1')).map((parts) => parts.join('')),
);

const name = fc.stringMatching(/^x\.[a-z]{1,8}$/);

describe('settings', () => {
  it('stay what they are, or are refused: 1,000 hostile texts', () => {
    fc.assert(
      fc.property(name, hostile, fc.array(hostile, { maxLength: 3 }), (key, value, list) => {
        const config = { [key]: value, 'y.list': list };
        if (settingsFindings('spec.elasticsearch.config', config, ELASTICSEARCH_OWNED).length > 0) {
          expect(JSON.stringify(config)).toContain('${');
          return;
        }
        const text = settingsYaml(merged({ 'node.name': '${POD_NAME}' }, config));
        expect(load(expanded(text, ENV))).toEqual({ 'node.name': 'p', ...config });
      }),
      { numRuns: 1000 },
    );
  });

  it('have keys that stay keys', () => {
    fc.assert(
      fc.property(hostile, (key) => {
        fc.pre(!key.includes('__proto__') && !key.includes('${'));
        expect(load(expanded(settingsYaml({ [key]: 1 }), ENV))).toEqual({ [key]: 1 });
      }),
      { numRuns: 1000 },
    );
  });

  it('are flat, each once, however they are written', () => {
    expect(flattened({ a: { b: 1, 'c.d': { e: [2] } }, 'f.g': {} })).toEqual({ 'a.b': 1, 'a.c.d.e': [2], 'f.g': {} });
    expect(flattened({ a: { '[my.key]': 1 } })).toEqual({ a: { '[my.key]': 1 } });
    expect(merged({ 'a.b': 1, 'a.c': 2 }, { a: { b: 3, c: null } })).toEqual({ 'a.b': 3 });
  });
});
