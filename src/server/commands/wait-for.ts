import type { Timers } from '../../base/environment.ts';

/** Waits for a promise as long as nothing speaks against it, which is asked every so often. */
export async function waitFor<T>(
  promise: Promise<T>,
  timers: Timers,
  everyMs: number,
  against: () => Error | undefined,
): Promise<T> {
  const done = promise.then((value) => ({ value }));
  for (;;) {
    const over = new AbortController();
    const late = timers.sleep(everyMs, over.signal).catch(() => undefined);
    try {
      const settled = await Promise.race([done, late]);
      if (settled !== undefined) return settled.value;
    } finally {
      over.abort();
    }
    const error = against();
    if (error !== undefined) {
      done.catch(() => undefined);
      throw error;
    }
  }
}
