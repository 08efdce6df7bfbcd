import type { Timers } from '../../base/environment.ts';

/** How long somebody waits for the cluster who can do without its answer. */
const SOON_MS = 1_000;

/** What a promise resolves to, or `late` where it takes longer than a second; it goes on then. */
export async function withinSecond<T, L>(timers: Timers, promise: Promise<T>, late: () => L): Promise<T | L> {
  const over = new AbortController();
  const isLate = timers.sleep(SOON_MS, over.signal).then(
    () => true,
    () => false,
  );
  try {
    const first = await Promise.race([promise.then((value) => ({ value })), isLate]);
    return typeof first === 'boolean' ? late() : first.value;
  } finally {
    over.abort();
  }
}
