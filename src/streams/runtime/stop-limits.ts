import type { Timers } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';

/** How long a loop that was told to stop may take for its round and its last commit. */
export const STOP_MS_MAX = 10_000;
/** How long closing waits for what cannot be told to end. */
const CLOSE_MS_MAX = 2_000;

/** Waits for what cannot be told to end, but not for long; it goes on then. */
export async function endedSoon(timers: Timers, ending: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([ending, timers.sleep(CLOSE_MS_MAX, over.signal).catch(() => undefined)]);
  } finally {
    over.abort();
  }
}

/**
 * Waits for the end of an application, so long.
 * @throws {OperationalError} `CLOSE_TIMED_OUT`; what was waited for goes on.
 */
export async function endedWithin(timers: Timers, ended: Promise<void>, timeoutMs: number): Promise<void> {
  const over = new AbortController();
  const late = timers.sleep(timeoutMs, over.signal).then(
    () => Promise.reject(closeTimedOut(timeoutMs)),
    () => undefined,
  );
  try {
    await Promise.race([ended, late]);
  } finally {
    over.abort();
  }
}

function closeTimedOut(timeoutMs: number): OperationalError {
  return new OperationalError(
    'CLOSE_TIMED_OUT',
    `the application has not ended within ${timeoutMs} ms; what it has not committed is processed again`,
    { retriable: true },
  );
}

/** Ends a loop that waits for something that does not come. */
export function stopTimedOut(limitMs: number): OperationalError {
  return new OperationalError(
    'STOP_TIMED_OUT',
    `the processing loop did not end within ${limitMs} ms; what it has not committed is processed again`,
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
