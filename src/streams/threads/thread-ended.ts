import { messageOf, OperationalError } from '../../base/errors.ts';

const THREAD_ENDED = 'STREAM_THREAD_ENDED';

/**
 * The error of what was asked of a thread that has ended meanwhile, or runs no more.
 * @param during what it was at then, as far as that is known: "while query Q had its turn".
 */
export function threadEnded(cause?: unknown, during?: string): OperationalError {
  const at = during === undefined ? '' : ` ${during}`;
  const why = cause === undefined ? '' : `: ${messageOf(cause)}`;
  return new OperationalError(THREAD_ENDED, `the stream thread has ended${at}${why}`, {
    ...{ retriable: true, cause },
  });
}

export function isThreadEnded(error: unknown): boolean {
  return error instanceof OperationalError && error.code === THREAD_ENDED;
}

const THREAD_SILENT = 'STREAM_THREAD_SILENT';

/** The error of what a thread does not answer that is held up by a record. @param standstill what is known of that. */
export function threadSilent(standstill: string): OperationalError {
  return new OperationalError(THREAD_SILENT, standstill, { retriable: true });
}

export function isThreadSilent(error: unknown): boolean {
  return error instanceof OperationalError && error.code === THREAD_SILENT;
}

/** Goes on after an error where the thread has ended, or does what was asked when it answers again. */
export function ignoreThreadAway(error: unknown): void {
  if (!isThreadSilent(error)) ignoreThreadEnded(error);
}

/** Goes on after an error where what was asked has ended with the thread. */
export function ignoreThreadEnded(error: unknown): void {
  if (!isThreadEnded(error)) throw error;
}
