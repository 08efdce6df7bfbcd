import type { Timer, Timers } from '../../base/environment.ts';

/** Waits for a promise, and no longer than this: what it comes to later is nobody's any more. */
export async function within<T>(
  timers: Timers,
  wait: { readonly timeoutMs: number; readonly promise: Promise<T>; readonly late: () => Error },
): Promise<T> {
  let timer: Timer | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    timer = timers.after(wait.timeoutMs, () => reject(wait.late()));
  });
  try {
    return await Promise.race([wait.promise, overdue]);
  } finally {
    timer?.cancel();
  }
}
