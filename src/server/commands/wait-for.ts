import type { Timers } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';

/** How often something is asked whether it speaks against a wait, before the wait ends all the same. */
const ASKED_MAX = 40;

interface Wait {
  readonly timers: Timers;
  readonly everyMs: number;
  /** What is waited for, as the error says that ends a wait. */
  readonly what: string;
  /** Why the wait ends; undefined while nothing speaks against it. */
  readonly against: () => Error | undefined;
}

/** Waits for a promise as long as nothing speaks against it, which is asked every so often, and not for ever. */
export async function waitFor<T>(promise: Promise<T>, wait: Wait): Promise<T> {
  const { timers, everyMs, what, against } = wait;
  const done = promise.then((value) => ({ value }));
  for (let asked = 0; asked < ASKED_MAX; asked++) {
    const over = new AbortController();
    const late = timers.sleep(everyMs, over.signal).catch(() => undefined);
    try {
      const settled = await Promise.race([done, late]);
      if (settled !== undefined) return settled.value;
    } finally {
      over.abort();
    }
    const error = against();
    if (error === undefined) continue;
    done.catch(() => undefined);
    throw error;
  }
  done.catch(() => undefined);
  throw new OperationalError('WAIT_TIMED_OUT', `${what} did not come within ${everyMs * ASKED_MAX} ms`, {
    retriable: true,
  });
}
