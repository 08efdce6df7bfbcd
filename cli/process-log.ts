import type { Logger } from '../src/base/logger.ts';
import type { ProcessOptions } from './process-options.ts';
import { writeError } from './standard-streams.ts';

/**
 * Opens the log of a process that stays: to standard error, as text where that is a terminal and as JSON elsewhere, or to
 * a file beside a shell. It takes Node's own warnings, too, and what would otherwise end the process.
 */
export async function openLog(
  { logLevel: level, logFormat }: ProcessOptions,
  file: string | undefined,
): Promise<Logger> {
  // Loaded when it is needed: commands that start nothing log nothing.
  const { processLogger } = await import('../src/server/logging/index.ts');
  const format = logFormat ?? (file === undefined && process.stderr.isTTY ? 'text' : 'json');
  const logger = await processLogger({ level, format, file, writeError });
  surviveStrayFailures(logger);
  return logger;
}

/**
 * A promise that nobody waited for has failed: a bug, and it is logged as one, but no reason to take the broker and
 * everything that runs on it down. Warnings of Node go where the log goes, which may be beside a shell.
 */
function surviveStrayFailures(logger: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => logger.warn(warning.message, { warning: warning.name }));
  process.on('unhandledRejection', (error) =>
    logger.error('a promise was rejected and nobody waited for it', { error }),
  );
}
