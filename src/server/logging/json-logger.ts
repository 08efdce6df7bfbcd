import { pino, type Logger as PinoLogger } from 'pino';
import type { LogFields, Logger } from '../../base/logger.ts';
import type { LogLevel } from './log-level.ts';
import { isToldByMessage } from './told-by-message.ts';

/** Returns a logger that writes one JSON object a line to standard error, or to the end of a file. */
export function jsonLogger(level: LogLevel, options: { readonly file?: string } = {}): Logger {
  // Synchronous: the last lines before a crash are the ones that are read.
  const destination = pino.destination({ dest: options.file ?? 2, sync: true, mkdir: true });
  return bound(pino({ level, base: null, serializers: { error: describeError } }, destination));
}

function bound(log: PinoLogger): Logger {
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
    child: (fields: LogFields) => bound(log.child(fields)),
  };
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return isToldByMessage(error) ? error.message : pino.stdSerializers.err(error);
}
