import { OperationalError } from '../../base/errors.ts';
import { SharedRecords } from '../../client/consumer/shared-records.ts';
import type { FetchedRecords, KafkaConsumer, TopicPartition } from '../../client/types.ts';
import { preparationOf } from './preparation.ts';
import type { RecordQueue } from './record-queue.ts';
import type { Restorer } from './restorer.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { Task } from './task.ts';
import type { ThreadMetrics } from './thread-metrics.ts';

/** Loops that wait for nothing but records come round this often, all of a process at one time. */
const IDLE_ROUND_MS = 5_000;

/** How often to look whether a task with several inputs need not wait for a dry one any more. */
const WAITING_POLL_MS = 10;

type IntakeConsumer = Pick<KafkaConsumer, 'poll' | 'wakeup' | 'pause' | 'resume'>;

type IntakeSettings = Pick<StreamsAppSettings, 'pollMs' | 'bufferedRecordsMax' | 'environment'>;

/** What the loop has to do besides reading. */
interface OtherWork {
  /** Records wait that can be processed at once. */
  readonly hasWork: boolean;
  /** Those that wait are not processed until somebody wakes the loop. */
  readonly isPaused?: boolean;
  /** Milliseconds until there is something to do whether or not records come; infinite where nothing is known of. */
  readonly dueInMs: number;
}

interface Input {
  readonly task: Task;
  readonly queue: RecordQueue;
  isPaused: boolean;
}

/**
 * Where records come in: polls the consumer, hands what it answers to the queues of the tasks, and holds back partitions
 * that have enough waiting, or whose task is being restored.
 */
export class Intake {
  readonly #consumer: IntakeConsumer;
  readonly #settings: IntakeSettings;
  readonly #restorer: Pick<Restorer, 'isIdle' | 'isRestoring'>;
  readonly #metrics: ThreadMetrics;
  readonly #inputs = new Map<string, Input>();
  #isWoken = false;

  constructor(parts: {
    readonly consumer: IntakeConsumer;
    readonly settings: IntakeSettings;
    readonly restorer: Pick<Restorer, 'isIdle' | 'isRestoring'>;
    readonly metrics: ThreadMetrics;
  }) {
    this.#consumer = parts.consumer;
    this.#settings = parts.settings;
    this.#restorer = parts.restorer;
    this.#metrics = parts.metrics;
  }

  /** Reads the partitions of a task, once it is restored. */
  add(task: Task): void {
    const waits = this.#restorer.isRestoring(task);
    for (const queue of task.queues) {
      const input = { task, queue, isPaused: false };
      this.#inputs.set(nameOf(queue), input);
      if (waits) this.#pause(input);
    }
  }

  /** Forgets the partitions of a task: they were taken away. */
  remove(task: Task): void {
    for (const queue of task.queues) this.#inputs.delete(nameOf(queue));
  }

  /**
   * Waits for records: not at all while there is work, not for long while queued ones wait for others, and until something
   * else is due where there are none, though never less than `poll.ms`.
   * @throws {OperationalError} `WAKEUP` among others.
   */
  async poll(work: OtherWork): Promise<readonly FetchedRecords[]> {
    const startMs = this.#settings.environment.clock.monotonicMs();
    const fetched = await this.#untilWoken(this.#consumer.poll(this.#pollMs(work)));
    this.#metrics.polled(startMs, fetched.length > 0);
    return fetched;
  }

  /** Ends the poll that is under way, or else the next one: there is something to look at. */
  wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    this.#consumer.wakeup();
  }

  /** What has to come before the records of a poll can be read; undefined, as a rule, where nothing has. */
  prepare(fetched: readonly FetchedRecords[]): Promise<void> | undefined {
    let waiting: Promise<void>[] | undefined;
    for (const each of fetched) {
      const queue = this.#inputs.get(nameOf(each))?.queue;
      const preparing = queue && preparationOf(each, queue.source.node);
      if (preparing !== undefined) (waiting ??= []).push(preparing);
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  /** Hands what a poll has answered to the queues of the tasks. */
  queue(fetched: readonly FetchedRecords[]): void {
    for (const each of fetched) this.#add(each);
  }

  /** Reads on where the queue has become short and the task is restored. */
  resume(): void {
    for (const input of this.#inputs.values()) {
      if (!input.isPaused || this.#restorer.isRestoring(input.task)) continue;
      if (input.queue.size > this.#settings.bufferedRecordsMax / 2) continue;
      input.isPaused = false;
      this.#consumer.resume([partitionOf(input)]);
    }
  }

  async #untilWoken(polling: Promise<readonly FetchedRecords[]>): Promise<readonly FetchedRecords[]> {
    try {
      return await polling;
    } catch (error) {
      if (!this.#isWoken || !isWakeup(error)) throw error;
      this.#isWoken = false;
      return [];
    }
  }

  #pollMs({ hasWork, isPaused = false, dueInMs }: OtherWork): number {
    if (hasWork || !this.#restorer.isIdle) return 0;
    const { pollMs } = this.#settings;
    for (const { queue } of this.#inputs.values())
      if (queue.size > 0 && !isPaused) return Math.min(WAITING_POLL_MS, pollMs);
    return Math.max(pollMs, Math.min(dueInMs, this.#idleRoundInMs));
  }

  /** By the clock and not by when the loop began to wait, or a hundred idle ones would wake their thread one by one. */
  get #idleRoundInMs(): number {
    const { pollMs, environment } = this.#settings;
    const leftMs = IDLE_ROUND_MS - (environment.clock.monotonicMs() % IDLE_ROUND_MS);
    // A timer that goes off a moment too early is no reason to come round twice.
    return leftMs < pollMs ? leftMs + IDLE_ROUND_MS : leftMs;
  }

  #add(fetched: FetchedRecords): void {
    const input = this.#inputs.get(nameOf(fetched));
    if (input === undefined) return;
    if (input.queue.firstOffset < 0) input.queue.firstOffset = fetched.records[0]?.offset ?? -1;
    const shared = fetched instanceof SharedRecords ? fetched : undefined;
    input.task.addRecords(input.queue, fetched.records, shared);
    if (input.queue.size > this.#settings.bufferedRecordsMax) this.#pause(input);
  }

  #pause(input: Input): void {
    input.isPaused = true;
    this.#consumer.pause([partitionOf(input)]);
  }
}

/** Whether a poll has ended because the loop was told to stop. */
export function isWakeup(error: unknown): boolean {
  return error instanceof OperationalError && error.code === 'WAKEUP';
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

const partitionOf = ({ queue: { topic, partition } }: Input): TopicPartition => ({ topic, partition });
