import type { KafkaConsumer } from '../../client/types.ts';
import type { CacheBudget } from '../state/cache-budget.ts';
import type { OutputProducer } from './output-producer.ts';
import type { ProcessingPause } from './processing-pause.ts';
import type { ProcessingTurn } from './processing-turn.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { Task } from './task.ts';
import type { TaskSet } from './task-set.ts';
import type { ThreadMetrics } from './thread-metrics.ts';

/** How long a round of processing may take before the consumer is polled again. */
const ROUND_MS = 50;
/** The clock is looked at once in so many records; a power of two. */
const CLOCK_EVERY = 64;

interface TaskRunnerParts {
  readonly settings: Pick<
    StreamsAppSettings,
    'environment' | 'backPressure' | 'taskIdleMsMax' | 'idleSourceMs'
  >;
  readonly tasks: TaskSet;
  readonly consumer: Pick<KafkaConsumer, 'lag'>;
  readonly output: OutputProducer;
  readonly budget: CacheBudget;
  readonly metrics: ThreadMetrics;
  readonly turn: ProcessingTurn;
  readonly pause: Pick<ProcessingPause, 'isPaused'>;
  readonly isStopping: () => boolean;
}

/** Processes what waits in the queues of the tasks, and runs their punctuators, a round at a time. */
export class TaskRunner {
  readonly #parts: TaskRunnerParts;
  #hasWork = false;

  constructor(parts: TaskRunnerParts) {
    this.#parts = parts;
  }

  /** The last round has left records that can be processed at once. */
  get hasWork(): boolean {
    return this.#hasWork;
  }

  /** Nothing is processed, whatever waits. */
  get isPaused(): boolean {
    return this.#parts.pause.isPaused;
  }

  /** Milliseconds until a punctuator is due by the wall clock, or idle inputs have to be looked at; infinite for never. */
  get dueInMs(): number {
    const { tasks, settings } = this.#parts;
    if (this.isPaused) return Number.POSITIVE_INFINITY;
    // Time goes on with the wall clock then, and its operators with it.
    if (settings.idleSourceMs >= 0) return 0;
    return tasks.tasks.reduce(
      (least, task) => Math.min(least, task.wallClockDueInMs),
      Number.POSITIVE_INFINITY,
    );
  }

  async round(): Promise<void> {
    const { tasks, metrics, settings } = this.#parts;
    const { clock } = settings.environment;
    const startMs = clock.monotonicMs();
    this.#hasWork = false;
    if (this.isPaused) return;
    const restored = tasks.restored;
    for (const { task } of restored) {
      const loading = task.loadPrefetched();
      if (loading) await loading;
      await this.#process(task, startMs + ROUND_MS);
      if (this.#isHeld()) break;
    }
    for (const { task } of restored) {
      if (this.isPaused) break;
      if (settings.idleSourceMs >= 0 && this.#hasReadAll(task)) await task.goOnIdle(clock.monotonicMs());
      await task.punctuate('wall-clock-time');
    }
    metrics.processed(startMs);
  }

  /**
   * Processes records of a task until there is none, or the time is up. The turn is taken once for all of them, and left to others
   * while anything is waited for.
   */
  async #process(task: Task, untilMs: number): Promise<void> {
    const { settings, output, budget, turn } = this.#parts;
    const { clock } = settings.environment;
    // How many inputs were dry when the next record was known to be the next: until something is waited for, none gets more.
    let dryBefore = -1;
    turn.begin();
    try {
      for (let count = 1; ; count++) {
        const dry = task.dryCount;
        if (dry !== dryBefore && !this.#isProcessable(task, dry)) break;
        dryBefore = dry;
        const held = settings.backPressure();
        if (held) {
          turn.end();
          await held;
          turn.begin();
        }
        if (this.#isHeld()) return;
        const next = task.processNext();
        if (next instanceof Promise) {
          turn.end();
          const wasOne = await next;
          turn.begin();
          if (!wasOne) break;
        } else if (!next) break;
        const room = output.ready();
        if (room) {
          turn.end();
          await room;
          turn.begin();
        }
        const punctuating = task.punctuate('stream-time');
        if (punctuating) {
          turn.end();
          await punctuating;
          turn.begin();
        }
        if (held || room || punctuating || next instanceof Promise) dryBefore = -1;
        // The clock is looked at now and then, and after what may have taken its time.
        if ((count & (CLOCK_EVERY - 1)) !== 0 && !(next instanceof Promise)) continue;
        if (this.#isHeld() || budget.mustCommit || clock.monotonicMs() > untilMs) {
          this.#hasWork = true;
          break;
        }
      }
    } finally {
      turn.end();
    }
  }

  /** What waits in the queues stays there: for another loop, or until processing goes on. */
  #isHeld(): boolean {
    const { isStopping, pause } = this.#parts;
    return isStopping() || pause.isPaused;
  }

  /** All that there is in its inputs was processed. */
  #hasReadAll(task: Task): boolean {
    return task.bufferedCount === 0 && task.queues.every((queue) => this.#parts.consumer.lag(queue) === 0);
  }

  /** With several inputs, the next record is known only when none of them could still bring an earlier one. */
  #isProcessable(task: Task, dry: number): boolean {
    const { settings, consumer } = this.#parts;
    const { queues } = task;
    if (queues.length < 2 || settings.taskIdleMsMax < 0) return true;
    if (dry === 0) {
      task.idleSinceMs = -1;
      return true;
    }
    if (dry === queues.length) return false;
    const lagging = queues.some((queue) => {
      if (queue.size > 0) return false;
      const lag = consumer.lag(queue);
      return lag === undefined || lag > 0;
    });
    if (lagging) return false;
    const now = settings.environment.clock.monotonicMs();
    if (task.idleSinceMs < 0) task.idleSinceMs = now;
    return now - task.idleSinceMs >= settings.taskIdleMsMax;
  }
}
