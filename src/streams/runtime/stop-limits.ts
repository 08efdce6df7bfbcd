import type { Timers } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';

/** How long a loop that was told to stop may take for its round and its last commit. */
export const STOP_MS_MAX = 10_000;
/** How long closing waits for what cannot be told to end. */
const CLOSE_MS_MAX = 2_000;

/** Waits for a promise while closing, but not for long; what it stands for goes on then. */
export async function within(timers: Timers, promise: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([promise, timers.sleep(CLOSE_MS_MAX, over.signal).catch(() => undefined)]);
  } finally {
    over.abort();
  }
}

/** Ends a loop that waits for something that does not come. */
export function stopTimedOut(): OperationalError {
  return new OperationalError(
    'STOP_TIMED_OUT',
    `the processing loop did not end within ${STOP_MS_MAX} ms; what it has not committed is processed again`,
    { retriable: true },
  );
}

/** Ends a loop when another instance's handler has said SHUTDOWN_APPLICATION. */
export function askedToEnd(): OperationalError {
  return new OperationalError(
    'SHUTDOWN_REQUESTED',
    'another instance has failed and has asked all instances of the application to end',
    { retriable: false },
  );
}
