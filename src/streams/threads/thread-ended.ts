import { messageOf, OperationalError } from '../../base/errors.ts';

const THREAD_ENDED = 'STREAM_THREAD_ENDED';

/** The error of what was asked of a thread that has ended meanwhile, or runs no more. */
export function threadEnded(cause?: unknown): OperationalError {
  const why = cause === undefined ? '' : `: ${messageOf(cause)}`;
  return new OperationalError(THREAD_ENDED, `the stream thread has ended${why}`, { retriable: true, cause });
}

export function isThreadEnded(error: unknown): boolean {
  return error instanceof OperationalError && error.code === THREAD_ENDED;
}

/** Goes on after an error where what was asked has ended with the thread. */
export function ignoreThreadEnded(error: unknown): void {
  if (!isThreadEnded(error)) throw error;
}
