import type { FetchedRecords } from '../../client/types.ts';
import { type Intake, isWakeup } from './intake.ts';
import type { TaskRunner } from './task-runner.ts';
import type { TaskSet } from './task-set.ts';
import type { ThreadCommit } from './thread-commit.ts';
import type { TransactionReplay } from './transaction-replay.ts';

interface LoopParts {
  readonly intake: Intake;
  readonly tasks: TaskSet;
  readonly runner: TaskRunner;
  readonly commit: ThreadCommit;
  /** Throws what has gone wrong beside the loop. */
  readonly checkHealth: () => void;
  readonly isStopping: () => boolean;
  /** Mends transactions, under exactly-once. */
  readonly replay: TransactionReplay | undefined;
}

/** Polls, restores, processes and commits, round by round, and commits once more at the end. */
export async function processingLoop(parts: LoopParts): Promise<void> {
  const { replay, commit, isStopping } = parts;
  await replay?.begin();
  while (!isStopping()) {
    try {
      await round(parts);
    } catch (error) {
      if (replay === undefined) throw error;
      await replay.recover(error);
    }
  }
  await commit.runLast();
}

async function round(parts: LoopParts): Promise<void> {
  const { intake, tasks, runner, commit, checkHealth, isStopping, replay } = parts;
  let fetched: readonly FetchedRecords[];
  try {
    fetched = await intake.poll({
      hasWork: runner.hasWork,
      isPaused: runner.isPaused,
      dueInMs: Math.min(runner.dueInMs, commit.dueInMs),
    });
  } catch (error) {
    if (isStopping() && isWakeup(error)) return;
    throw error;
  }
  const preparing = intake.prepare(fetched);
  if (preparing) await preparing;
  // Nothing waits from here on that need not: what was read is processed before the next loop on this thread reads its own,
  // or the records of a hundred applications would be in memory at once, and outlive the young generation.
  intake.queue(fetched);
  replay?.throwNoted();
  const restoring = tasks.restore(runner);
  if (restoring) await restoring;
  try {
    await runner.round();
  } catch (error) {
    // A record that cannot be read stops nothing before it, also where the loop that comes next stops there again.
    if (tasks.tasks.some((task) => task.hasFailedAtInput)) {
      // What was dropped since because state could not be read must not be committed with it.
      checkHealth();
      await commit.runBefore(error);
    }
    throw error;
  }
  checkHealth();
  intake.resume();
  tasks.evict();
  if (commit.isDue) await commit.run();
}
