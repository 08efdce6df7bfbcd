/**
 * Where code below `src/server` writes what an operator may want to read. The binding to pino is made higher up;
 * embedders that want silence pass {@link silentLogger}.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  child(fields: LogFields): Logger;
}

/** Structured context of a line; `error` holds what was thrown. */
export type LogFields = Readonly<Record<string, unknown>>;

const nothing = (): void => {};

/** Drops every line. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};

/** In the data folder: the log of the process, where that does not go to standard error. It may be there before all else. */
export const PROCESS_LOG_FILE = 'millrace.log';
