import { AssertionFailure, messageOf } from '../../../src/base/errors.ts';
import type { LogFields, Logger } from '../../../src/base/logger.ts';

/**
 * A broker's log as lines of the simulation's trace. No disk fails in these runs, so that whatever a broker calls an
 * error is one, and `onError` is told; likewise every failed assertion, whatever its level.
 */
export function traceLogger(options: {
  readonly note: (line: string) => void;
  readonly onError: (line: string) => void;
  readonly fields?: LogFields;
}): Logger {
  const { note, onError, fields } = options;
  const write = (level: string, message: string, more: LogFields | undefined): void => {
    const all = { ...fields, ...more };
    const line = `${level} ${message}${Object.entries(all)
      .map(([name, value]) => ` ${name}=${shown(value)}`)
      .join('')}`;
    note(line);
    if (level === 'ERROR' || all['error'] instanceof AssertionFailure) onError(line);
  };
  return {
    debug: (message, more) => write('debug', message, more),
    info: (message, more) => write('info', message, more),
    warn: (message, more) => write('warn', message, more),
    error: (message, more) => write('ERROR', message, more),
    child: (more) => traceLogger({ note, onError, fields: { ...fields, ...more } }),
  };
}

function shown(value: unknown): string {
  return value instanceof Error ? `${value.name}(${messageOf(value)})` : String(value);
}
