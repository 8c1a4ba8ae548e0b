/**
 * A reader of Fluentd's configuration language, for tests: written from its documentation and independent of our serialiser. It knows
 * sections, parameters, comments and the three forms of strings; embedded Ruby is not run but kept apart, so that a test sees where there is some.
 */

export interface Parsed {
  name: string;
  argument: string;
  params: Map<string, ParsedValue>;
  sections: Parsed[];
}

export interface ParsedValue {
  text: string;
  /** What would have been run as Ruby. */
  code: string[];
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', b: '\b', 0: '\0' };

class Reader {
  private at = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  peek(length = 1): string {
    return this.source.slice(this.at, this.at + length);
  }

  take(length = 1): string {
    const taken = this.peek(length);
    this.at += taken.length;
    return taken;
  }

  while(test: RegExp): string {
    const from = this.at;
    while (this.at < this.source.length && test.test(this.peek())) this.at += 1;
    return this.source.slice(from, this.at);
  }

  /** White space, line breaks and comments. */
  space(): void {
    for (;;) {
      this.while(/\s/);
      if (this.peek() !== '#') return;
      this.while(/[^\n\r]/);
    }
  }

  fail(why: string): never {
    throw new Error(`${why} at ${this.at}: ${JSON.stringify(this.source.slice(this.at, this.at + 40))}`);
  }

  /** The rest of a line may hold blanks and a comment. */
  endOfLine(): void {
    this.while(/[ \t]/);
    if (this.peek() === '#') this.while(/[^\n\r]/);
    if (this.peek() !== '' && !/[\n\r]/.test(this.peek())) this.fail('expected the end of the line');
  }
}

function escape(reader: Reader): string {
  const char = reader.take();
  if (char in ESCAPED) return ESCAPED[char] ?? '';
  if (/[A-Za-z0-9]/.test(char)) reader.fail(`unknown escape \\${char}`);
  return char;
}

function embedded(reader: Reader): string {
  let code = '';
  for (let depth = 1; ; ) {
    const char = reader.take();
    if (char === '') reader.fail('Ruby without an end');
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (depth === 0) return code;
    code += char;
  }
}

function doubleQuoted(reader: Reader): ParsedValue {
  const value: ParsedValue = { text: '', code: [] };
  for (;;) {
    const char = reader.take();
    if (char === '"') return value;
    if (char === '' || char === '\n' || char === '\r') reader.fail('a string that does not end on its line');
    if (char === '\\') value.text += escape(reader);
    else if (char === '#' && reader.peek() === '{') {
      reader.take();
      value.code.push(embedded(reader));
    } else value.text += char;
  }
}

function singleQuoted(reader: Reader): ParsedValue {
  let text = '';
  for (;;) {
    const char = reader.take();
    if (char === "'") return { text, code: [] };
    if (char === '' || char === '\n') reader.fail('a string that does not end on its line');
    text += char === '\\' && /['\\]/.test(reader.peek()) ? reader.take() : char;
  }
}

function value(reader: Reader, end: RegExp): ParsedValue {
  if (reader.peek() === '"') {
    reader.take();
    return doubleQuoted(reader);
  }
  if (reader.peek() === "'") {
    reader.take();
    return singleQuoted(reader);
  }
  return { text: reader.while(end).trim(), code: [] };
}

function opened(reader: Reader): Parsed {
  const name = reader.while(/\w/);
  reader.while(/[ \t]/);
  const argument = value(reader, /[^>\n\r]/).text;
  reader.while(/[ \t]/);
  if (name === '' || reader.take() !== '>') reader.fail('expected a section');
  reader.endOfLine();
  return { name, argument, params: new Map(), sections: [] };
}

function closed(reader: Reader, name: string): void {
  if (reader.while(/\w/) !== name || reader.take() !== '>') reader.fail(`expected </${name}>`);
  reader.endOfLine();
}

function parameter(reader: Reader, section: Parsed): void {
  const key = value(reader, /\S/).text;
  if (key === '@include') reader.fail('an include');
  reader.while(/[ \t]/);
  const read = value(reader, /[^\n\r]/);
  reader.endOfLine();
  section.params.set(key, read);
}

function body(reader: Reader, section: Parsed, root: boolean): void {
  for (;;) {
    reader.space();
    if (reader.peek() === '') {
      if (root) return;
      reader.fail(`<${section.name}> does not end`);
    }
    if (reader.peek(2) === '</') {
      reader.take(2);
      closed(reader, section.name);
      return;
    }
    if (reader.peek() === '<') {
      reader.take();
      const child = opened(reader);
      body(reader, child, false);
      section.sections.push(child);
    } else parameter(reader, section);
  }
}

/** Sections of a file, below a root. */
export function parseFluentd(text: string): Parsed {
  const root: Parsed = { name: 'ROOT', argument: '', params: new Map(), sections: [] };
  body(new Reader(text), root, true);
  return root;
}

/** All sections of a name, however deep. */
export const sectionsNamed = (section: Parsed, name: string): Parsed[] =>
  section.sections.flatMap((child) => [...(child.name === name ? [child] : []), ...sectionsNamed(child, name)]);

/** All Ruby in a file. */
export const rubyIn = (section: Parsed): string[] => [
  ...[...section.params.values()].flatMap(({ code }) => code),
  ...section.sections.flatMap(rubyIn),
];

/** A section as plain text, without where a value stands on its line: for comparing what two files are made of. */
export const shapeOf = (section: Parsed): unknown => ({
  name: section.name,
  argument: section.argument,
  params: [...section.params.keys()],
  sections: section.sections.map(shapeOf),
});
