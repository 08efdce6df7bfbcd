import type { LogFields, Logger } from '../../base/logger.ts';
import { type ErrorRecord, errorOf, errorRecord } from './error-record.ts';

/** What a thread has to say, as it is copied to the one that writes it. */
export interface LogLine {
  readonly kind: 'log';
  readonly level: Exclude<keyof Logger, 'child'>;
  readonly message: string;
  readonly fields: LogFields;
  /** Fields that are errors. */
  readonly errors: Readonly<Record<string, ErrorRecord>>;
}

/** A logger whose lines are written by another thread. */
export function threadLogger(post: (line: LogLine) => void, context: LogFields = {}): Logger {
  const at =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}): void =>
      post(logLine(level, message, { ...context, ...fields }));
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => threadLogger(post, { ...context, ...fields }),
  };
}

function logLine(level: LogLine['level'], message: string, given: LogFields): LogLine {
  const fields: Record<string, unknown> = {};
  const errors: Record<string, ErrorRecord> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value instanceof Error) errors[name] = errorRecord(value);
    else fields[name] = typeof value === 'function' || typeof value === 'symbol' ? String(value) : value;
  }
  return { kind: 'log', level, message, fields, errors };
}

/** Writes what a thread has to say, with the fields that it gave. */
export function writeLine(logger: Logger, { level, message, fields, errors }: LogLine): void {
  const thrown = Object.entries(errors).map(([name, record]) => [name, errorOf(record)] as const);
  logger[level](message, { ...fields, ...Object.fromEntries(thrown) });
}
