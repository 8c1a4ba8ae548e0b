type LogLine = (fields: object, message?: string) => void;

/** The part of pino's logger that is used here; a pino instance fits as it is. */
export interface Log {
  debug: LogLine;
  info: LogLine;
  warn: LogLine;
  error: LogLine;
}

const nothing: LogLine = () => undefined;

export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
