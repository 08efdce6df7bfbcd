import { pino, type Logger as PinoLogger } from 'pino';
import type { LogFields, Logger } from '../../base/logger.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A logger that writes one JSON object a line to standard error, or to the end of a file; at `warn` it is silent unless
 * something matters.
 */
export function processLogger(level: LogLevel, options: { readonly file?: string } = {}): Logger {
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

/** Errors whose message says all there is to say; the stack of any other is what its bug is found by. */
const TOLD_BY_MESSAGE = new Set(['OperationalError', 'DiagnosticError', 'SerdeError', 'ProtocolError']);

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return TOLD_BY_MESSAGE.has(error.name) ? error.message : pino.stdSerializers.err(error);
}
