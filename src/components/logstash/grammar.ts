/**
 * Whether text in Logstash's language can stand inside of a section: a recogniser of the rules of grammar.treetop, with their order, since in
 * such a grammar the first alternative that fits is taken and never taken back.
 */

interface Source {
  readonly text: string;
  depth: number;
}

/** Where the rule ends that begins at `at`; FAIL where it does not fit. */
type Rule = (source: Source, at: number) => number;

const FAIL = -1;

/** Deeper nesting than anybody writes; Logstash's own parser gives up somewhere too. */
const DEEPEST = 60;

/** What the grammar says of characters. Each of these expressions fits in one way only. */
const token = (pattern: RegExp): Rule => {
  const sticky = new RegExp(pattern.source, 'sy');
  return ({ text }, at) => {
    sticky.lastIndex = at;
    return sticky.test(text) ? sticky.lastIndex : FAIL;
  };
};

const sequence = (...rules: readonly Rule[]): Rule => (source, at) => {
  let end = at;
  for (const rule of rules) {
    end = rule(source, end);
    if (end === FAIL) return FAIL;
  }
  return end;
};

const first = (...rules: readonly Rule[]): Rule => (source, at) => {
  for (const rule of rules) {
    const end = rule(source, at);
    if (end !== FAIL) return end;
  }
  return FAIL;
};

const many = (rule: Rule): Rule => (source, at) => {
  let end = at;
  for (;;) {
    const next = rule(source, end);
    if (next === FAIL || next === end) return end;
    end = next;
  }
};

const optional = (rule: Rule): Rule => (source, at) => Math.max(rule(source, at), at);

/** A rule that may contain itself. */
const nested = (rule: () => Rule): Rule => (source, at) => {
  if (source.depth >= DEEPEST) return FAIL;
  source.depth += 1;
  const end = rule()(source, at);
  source.depth -= 1;
  return end;
};

const cs = token(/(?:[ \t\r\n]+|#[^\r\n]*(?:\r?\n|$))*/);
const whitespace = token(/[ \t\r\n]+/);
const open = token(/\{/);
const close = token(/\}/);
const comma = token(/,/);
const arrow = token(/=>/);

/** Cs between any two of them. */
const spaced = (...rules: readonly Rule[]): Rule => sequence(...rules.flatMap((rule, i) => (i === 0 ? [rule] : [cs, rule])));

const list = (rule: Rule): Rule => optional(sequence(rule, many(spaced(cs, comma, rule))));

const text = token(/"(?:\\"|(?!\\")[^"])*"|'(?:\\'|(?!\\')[^'])*'/);
const regexp = token(/\/(?:\\\/|(?!\\\/)[^/])*\//);
const number = token(/-?[0-9]+(?:\.[0-9]*)?/);
const bareword = token(/[A-Za-z_][A-Za-z0-9_]+/);
const name = first(token(/[A-Za-z0-9_-]+/), text);
const selector = token(/(?:\[[^\][,]+\])+/);

const value: Rule = nested(() => first(plugin, bareword, text, number, array, hash));
const array = sequence(token(/\[/), cs, list(value), cs, token(/\]/));
const hashEntry = spaced(first(number, bareword, text), arrow, value);
const hash = sequence(open, cs, optional(sequence(hashEntry, many(sequence(cs, hashEntry)))), cs, close);
const attribute = spaced(name, arrow, value);
const plugin: Rule = sequence(name, cs, open, cs, optional(sequence(attribute, many(sequence(whitespace, cs, attribute)))), cs, close);

const rvalue: Rule = nested(() => first(text, number, selector, array, methodCall, regexp));
const methodCall = spaced(bareword, token(/\(/), list(rvalue), token(/\)/));
const condition: Rule = nested(() => sequence(expression, many(spaced(cs, token(/and|or|xor|nand/), expression))));
const parenthesised = spaced(token(/\(/), condition, token(/\)/));
const expression = first(
  parenthesised,
  first(spaced(token(/!/), parenthesised), spaced(token(/!/), selector)),
  spaced(rvalue, token(/in/), rvalue),
  sequence(rvalue, cs, token(/not /), cs, token(/in/), cs, rvalue),
  spaced(rvalue, token(/==|!=|<=|>=|<|>/), rvalue),
  spaced(rvalue, token(/=~|!~/), first(text, regexp)),
  rvalue,
);

const items: Rule = nested(() => many(sequence(first(branch, plugin), cs)));
const block = sequence(open, cs, items, close);
const ifs = sequence(token(/if/), cs, condition, cs, block);
const branch = sequence(ifs, many(sequence(cs, token(/else/), cs, ifs)), optional(sequence(cs, token(/else/), cs, block)));

const inside = sequence(cs, items);

/** Where the text ceases to be what may stand inside of a section, counted from 0; undefined where all of it may. */
export function faultIn(raw: string): number | undefined {
  const whole = `${raw}\n`;
  const end = inside({ text: whole, depth: 0 }, 0);
  return end === whole.length ? undefined : end;
}
