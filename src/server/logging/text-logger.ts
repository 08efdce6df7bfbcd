import type { LogFields, Logger } from '../../base/logger.ts';
import { LOG_LEVELS, type LogLevel } from './log-level.ts';
import { isToldByMessage } from './told-by-message.ts';

/** What precedes the message; `info` is what needs no word. */
const LABELS: Readonly<Record<LogLevel, string>> = {
  debug: 'debug: ',
  info: '',
  warn: 'warning: ',
  error: 'error: ',
};

/** Of a value that is shown as it is; any other is quoted, so that one sees where it ends. */
const PLAIN = /^[^\s"'(),=]+$/;

/**
 * Returns a logger that writes for somebody who sits before it: the time of day, the message, its fields in parentheses,
 * and beneath it the stack of what is a bug.
 */
export function textLogger(level: LogLevel, write: (line: string) => void): Logger {
  return loggerWith({ from: LOG_LEVELS.indexOf(level), write }, {});
}

interface TextTarget {
  /** Index of the lowest level that is written. */
  readonly from: number;
  readonly write: (line: string) => void;
}

function loggerWith(target: TextTarget, context: LogFields): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void => {
      if (LOG_LEVELS.indexOf(level) < target.from) return;
      target.write(`${noticeLine(LABELS[level] + withFields(message, { ...context, ...fields }))}\n`);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => loggerWith(target, { ...context, ...fields }),
  };
}

/** What a running process says on a terminal: when, and what. */
function noticeLine(text: string): string {
  return `${new Date().toTimeString().slice(0, 8)} ${text}`;
}

function withFields(message: string, { error, ...fields }: LogFields): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${shownValue(value)}`);
  const context = shown.length === 0 ? '' : ` (${shown.join(', ')})`;
  return `${message}${context}${error === undefined ? '' : describedError(error)}`;
}

function describedError(error: unknown): string {
  if (!(error instanceof Error)) return `: ${shownValue(error)}`;
  if (isToldByMessage(error) || error.stack === undefined) return `: ${error.message}`;
  return `\n${error.stack.replaceAll(/^/gm, '  ')}`;
}

function shownValue(value: unknown): string {
  if (typeof value === 'string') return PLAIN.test(value) ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}
