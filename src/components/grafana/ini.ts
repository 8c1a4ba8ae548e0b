/** grafana.ini as sections of keys. */

export type IniValue = string | number | boolean;
export type Ini = Readonly<Record<string, Readonly<Record<string, IniValue>>>>;

/** What no quoting can carry in this format. */
export const unquotable = (value: IniValue): boolean => typeof value === 'string' && /[\r\n]|"""/.test(value);

const NAME = /^[A-Za-z0-9_.:/-]+$/;

export const isIniName = (name: string): boolean => NAME.test(name);

/** `;` and `#` would begin a comment: such values stand in triple quotes, as Grafana's documentation asks. */
const valueText = (value: IniValue): string => {
  const text = String(value);
  return /[;#"`]/.test(text) || text !== text.trim() ? `"""${text}"""` : text;
};

export const toIni = (sections: Ini): string =>
  Object.entries(sections)
    .map(([name, keys]) => [`[${name}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${valueText(value)}`), ''].join('\n'))
    .join('\n');
