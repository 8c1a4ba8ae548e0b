/** Java's properties files: the form that `java.util.Properties.load` reads as ISO 8859-1. */

export type Properties = Readonly<Record<string, string | number | boolean>>;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f' };

/** All but printable ASCII, by UTF-16 unit, so that the file means the same in every encoding. */
const hidden = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (c) => NAMED[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const key = (name: string): string => hidden(name.replace(/[\\=:#! ]/g, '\\$&'));

/** Blanks before a value would be skipped: the first one is escaped. */
const value = (text: string): string => hidden(text.replaceAll('\\', '\\\\').replace(/^ /, '\\ '));

/** One line for each property, in the order given. */
export const toProperties = (properties: Properties): string =>
  Object.entries(properties).map(([name, item]) => `${key(name)}=${value(String(item))}\n`).join('');
