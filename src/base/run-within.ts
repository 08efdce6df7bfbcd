import type { EndableWorkers, Timers, WorkerTask } from './environment.ts';
import { unlessAborted } from './unless-aborted.ts';

interface RunLimit {
  readonly workers: EndableWorkers;
  readonly timers: Timers;
  readonly msMax: number;
  /** What is wrong with a task that takes longer. */
  readonly late: () => Error;
}

/**
 * Runs a task beside the event loop. One that takes longer than it may is ended with its thread, and with all else that the thread
 * is at: whoever shares the workers waits for their turn.
 * @throws what the task throws, or what `late` gives.
 */
export async function runWithin<I, O>(
  task: WorkerTask<I, O>,
  input: I,
  { workers, timers, msMax, late }: RunLimit,
): Promise<O> {
  const over = new AbortController();
  const timer = timers.after(msMax, () => {
    over.abort(late());
    void workers.end();
  });
  try {
    return await unlessAborted(workers.run(task, input), over.signal);
  } finally {
    timer.cancel();
  }
}
