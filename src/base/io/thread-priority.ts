import os from 'node:os';

/** How much less it asks for: beside a thread that is busy as well it gets about a fourth of a processor. */
const NICENESS = 5;
const NICENESS_MAX = 19;

/**
 * Makes this thread give way to all others of the process where they want the same processor; it has as much of one as before
 * where they do not. On Linux threads have priorities of their own (`sched(7)`); elsewhere it would be that of the process, and
 * nothing is done.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    os.setPriority(Math.min(NICENESS_MAX, os.getPriority() + NICENESS));
  } catch {
    // Where that is forbidden, as in some containers, all threads are equal.
  }
}
