/** A reader of Java's properties files for tests, by the description in `java.util.Properties.load`. */

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

/** Lines that belong together: an odd number of backslashes at the end joins the next one, less its first blanks. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open = false;
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (!open && (line === '' || /^[#!]/.test(line))) continue;
    const continues = /(^|[^\\])(\\\\)*\\$/.test(line);
    const body = continues ? line.slice(0, -1) : line;
    if (open) lines.push((lines.pop() ?? '') + body);
    else lines.push(body);
    open = continues;
  }
  return lines;
}

const unescape = (text: string): string =>
  text.replace(/\\(u([0-9a-fA-F]{4})|[^])/g, (_all, c: string, hex: string | undefined) => (hex === undefined ? (ESCAPED[c] ?? c) : String.fromCharCode(parseInt(hex, 16))));

/** Where the key ends: at the first blank, `=` or `:` that no backslash stands before. */
function entry(line: string): [string, string] {
  let end = 0;
  while (end < line.length && !/[ \t\f=:]/.test(line.charAt(end))) end += line.charAt(end) === '\\' ? 2 : 1;
  const rest = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
  return [unescape(line.slice(0, end)), unescape(rest)];
}

export const parseProperties = (text: string): [string, string][] => logicalLines(text).map(entry);
