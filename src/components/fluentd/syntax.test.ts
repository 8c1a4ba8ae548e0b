import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOSTILE_RUNS, hostile } from '../../testing/hostile.ts';
import { elasticsearchSink } from '../elasticsearch/endpoints.ts';
import { collectorConfig } from './config.ts';
import { env, envMap, section, toFluentd } from './syntax.ts';
import { parseFluentd, rubyIn, sectionsNamed, shapeOf } from './testing/parse.ts';

const owner = { kind: 'LogStack', namespace: 'obs', name: 'logs' };

const withFirstLine = (firstLine: string): string =>
  toFluentd(
    collectorConfig({
      owner,
      podLogs: { multiline: { firstLine } },
      sink: elasticsearchSink(owner),
      buffer: { limit: 2 ** 30, overflow: 'block', retryFor: undefined },
      metrics: true,
    }),
  );

describe('strings', () => {
  it('stay strings wherever they stand, and none becomes Ruby', () => {
    fc.assert(
      fc.property(hostile(), hostile(), (a, b) => {
        const text = toFluentd([section('match **', { '@type': a, first: b, n: 1 }, [section('buffer tag', { path: a }), section('format', { b })])]);
        const parsed = parseFluentd(text);
        expect(shapeOf(parsed)).toMatchObject({
          sections: [{ name: 'match', argument: '**', params: ['@type', 'first', 'n'], sections: [{ name: 'buffer', params: ['path'] }, { name: 'format', params: ['b'] }] }],
        });
        const [match] = parsed.sections;
        expect([match?.params.get('@type')?.text, match?.params.get('first')?.text]).toEqual([a.toWellFormed(), b.toWellFormed()]);
        expect(rubyIn(parsed)).toEqual([]);
      }),
      { numRuns: HOSTILE_RUNS },
    );
  });

  it('stay strings in the configuration of a collector, for a regular expression may be anything', () => {
    const benign = parseFluentd(withFirstLine('x'));
    fc.assert(
      fc.property(hostile(), (firstLine) => {
        const parsed = parseFluentd(withFirstLine(firstLine));
        expect(shapeOf(parsed)).toEqual(shapeOf(benign));
        expect(rubyIn(parsed)).toEqual(["ENV['SINK_PASSWORD']"]);
        const concat = sectionsNamed(parsed, 'filter').find(({ params }) => params.has('multiline_start_regexp'));
        expect(concat?.params.get('multiline_start_regexp')?.text).toBe(`/${firstLine.toWellFormed()}/`);
      }),
      { numRuns: HOSTILE_RUNS },
    );
  });
});

describe('what is no string', () => {
  it('is Ruby of ours: names of variables, and nothing else', () => {
    expect(toFluentd([section('source', { a: env('SINK_PASSWORD'), b: envMap({ 'sasl.password': 'P' }) })])).toBe(
      `<source>\n  a "#{ENV['SINK_PASSWORD']}"\n  b "#{{'sasl.password' => ENV['P']}.to_json}"\n</source>\n`,
    );
  });

  it.each([
    () => env("X'] + `id` + ENV['Y"),
    () => envMap({ "a' => `id`, 'b": 'X' }),
    () => toFluentd([section('match **>\n@type', {})]),
    () => toFluentd([section('match #{`id`}', {})]),
    () => toFluentd([section('match a b', {})]),
    () => toFluentd([section('mat<ch', {})]),
    () => toFluentd([section('match **', { '@include': 'x' })]),
    () => toFluentd([section('match **', { 'a b': 'x' })]),
  ])('is refused where it could be more (%#)', (make) => {
    expect(make).toThrow('of a Fluentd configuration');
  });
});

describe('the reader of these tests', () => {
  it('sees what it must see', () => {
    expect(rubyIn(parseFluentd('a "x#{`id`}y"\n'))).toEqual(['`id`']);
    expect(() => parseFluentd('a "x\ny"\n')).toThrow('does not end');
    expect(() => parseFluentd('<a>\n</b>\n')).toThrow('expected </a>');
    expect(() => parseFluentd('@include x\n')).toThrow('an include');
    expect(parseFluentd("a 'b\\'c' # d\n").params.get('a')?.text).toBe("b'c");
  });
});
