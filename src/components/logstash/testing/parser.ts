/**
 * A parser of Logstash's language for tests, made to another plan than grammar.ts: words first, then their structure. It decodes strings as
 * Logstash does with `config.support_escapes`.
 */

export type Node = string | number | boolean | Node[] | { [key: string]: Node };

export interface Call {
  name: string;
  /** In order; a name may come twice. */
  attributes: [string, Node][];
}

export interface Choice {
  /** Words of the condition; strings decoded and marked. */
  condition: string[];
  then: Statement[];
  otherwise: Statement[];
}

export type Statement = Call | Choice;

interface Word {
  kind: 'string' | 'word' | 'sign';
  text: string;
}

const DECODED: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', n: '\n', r: '\r', t: '\t', 0: '\0' };

const decode = (text: string): string => text.replace(/\\(.)/g, (all, c: string) => DECODED[c] ?? all);

/** From one quote to the next that no backslash stands before: a backslash before the quote always belongs to the string. */
function stringAt(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\' && text[i + 1] === text[start]) i += 1;
    else if (text[i] === text[start]) return i + 1;
  }
  throw new Error(`a string without end at ${start}`);
}

const SIGN = /=>|==|!=|<=|>=|=~|!~|[{}[\](),<>!]/y;
const WORD = /[A-Za-z0-9_.@/-]+/y;

function words(text: string): Word[] {
  const found: Word[] = [];
  for (let at = 0; at < text.length; ) {
    const c = text.charAt(at);
    if (/\s/.test(c)) at += 1;
    else if (c === '#') at += text.slice(at).search(/\n|$/);
    else if (c === '"' || c === "'") {
      const end = stringAt(text, at);
      found.push({ kind: 'string', text: decode(text.slice(at + 1, end - 1)) });
      at = end;
    } else {
      const match = [SIGN, WORD].map((pattern) => {
        pattern.lastIndex = at;
        return { pattern, match: pattern.exec(text) };
      }).find((one) => one.match !== null);
      if (!match?.match) throw new Error(`what is ${JSON.stringify(c)} at ${at}?`);
      found.push({ kind: match.pattern === SIGN ? 'sign' : 'word', text: match.match[0] });
      at += match.match[0].length;
    }
  }
  return found;
}

class Parser {
  readonly #words: readonly Word[];
  #at = 0;
  constructor(text: string) {
    this.#words = words(text);
  }

  get done(): boolean {
    return this.#at === this.#words.length;
  }

  #is(text: string): boolean {
    const word = this.#words[this.#at];
    return word !== undefined && word.kind !== 'string' && word.text === text;
  }

  #next(): Word {
    const word = this.#words[this.#at++];
    if (!word) throw new Error('ended early');
    return word;
  }

  #expect(text: string): void {
    if (!this.#is(text)) throw new Error(`expected ${text}, found ${JSON.stringify(this.#words.slice(this.#at, this.#at + 3))}`);
    this.#at += 1;
  }

  section(): { type: string; items: Statement[] } {
    const { text } = this.#next();
    return { type: text, items: this.#block() };
  }

  #block(): Statement[] {
    this.#expect('{');
    const items: Statement[] = [];
    while (!this.#is('}')) items.push(this.#is('if') ? this.#choice() : this.#call());
    this.#expect('}');
    return items;
  }

  #choice(): Choice {
    this.#expect('if');
    const condition: string[] = [];
    while (!this.#is('{')) {
      const word = this.#next();
      condition.push(word.kind === 'string' ? `string:${word.text}` : word.text);
    }
    const then = this.#block();
    if (!this.#is('else')) return { condition, then, otherwise: [] };
    this.#at += 1;
    return { condition, then, otherwise: this.#block() };
  }

  #call(): Call {
    const { text: name } = this.#next();
    this.#expect('{');
    const attributes: [string, Node][] = [];
    while (!this.#is('}')) {
      const key = this.#next().text;
      this.#expect('=>');
      attributes.push([key, this.#value()]);
    }
    this.#expect('}');
    return { name, attributes };
  }

  #value(): Node {
    if (this.#is('[')) return this.#list();
    if (this.#is('{')) return this.#hash();
    const { kind, text } = this.#next();
    if (kind === 'string') return text;
    if (kind === 'sign') throw new Error(`${text} is no value`);
    if (text === 'true' || text === 'false') return text === 'true';
    return /^-?\d/.test(text) ? Number(text) : text;
  }

  #list(): Node[] {
    this.#expect('[');
    const items: Node[] = [];
    while (!this.#is(']')) {
      items.push(this.#value());
      if (!this.#is(']')) this.#expect(',');
    }
    this.#expect(']');
    return items;
  }

  #hash(): { [key: string]: Node } {
    this.#expect('{');
    const entries: [string, Node][] = [];
    while (!this.#is('}')) {
      const key = this.#next().text;
      this.#expect('=>');
      entries.push([key, this.#value()]);
    }
    this.#expect('}');
    if (new Set(entries.map(([key]) => key)).size < entries.length) throw new Error('a key comes twice');
    return Object.fromEntries(entries);
  }
}

/** The sections of a pipeline's file. */
export function parseLogstash(text: string): { type: string; items: Statement[] }[] {
  const parser = new Parser(text);
  const sections = [];
  while (!parser.done) sections.push(parser.section());
  return sections;
}
