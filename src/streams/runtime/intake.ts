import { OperationalError } from '../../base/errors.ts';
import { SharedRecords } from '../../client/consumer/shared-records.ts';
import type { FetchedRecords, KafkaConsumer, TopicPartition } from '../../client/types.ts';
import type { RecordQueue } from './record-queue.ts';
import type { Restorer } from './restorer.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { Task } from './task.ts';
import type { ThreadMetrics } from './thread-metrics.ts';

/** How often to look whether a task with several inputs need not wait for a dry one any more. */
const WAITING_POLL_MS = 10;

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
  readonly #consumer: KafkaConsumer;
  readonly #settings: Pick<StreamsAppSettings, 'pollMs' | 'bufferedRecordsMax' | 'environment'>;
  readonly #restorer: Restorer;
  readonly #metrics: ThreadMetrics;
  readonly #inputs = new Map<string, Input>();

  constructor(parts: {
    readonly consumer: KafkaConsumer;
    readonly settings: Pick<StreamsAppSettings, 'pollMs' | 'bufferedRecordsMax' | 'environment'>;
    readonly restorer: Restorer;
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
   * Waits for records: not at all while there is work, and not for long while queued ones wait for others.
   * @throws {OperationalError} `WAKEUP` among others.
   */
  async poll({ hasWork }: { readonly hasWork: boolean }): Promise<readonly FetchedRecords[]> {
    const startMs = this.#settings.environment.clock.monotonicMs();
    const fetched = await this.#consumer.poll(this.#pollMs(hasWork));
    this.#metrics.polled(startMs, fetched.length > 0);
    return fetched;
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

  #pollMs(hasWork: boolean): number {
    if (hasWork || !this.#restorer.isIdle) return 0;
    const { pollMs } = this.#settings;
    for (const { queue } of this.#inputs.values())
      if (queue.size > 0) return Math.min(WAITING_POLL_MS, pollMs);
    return pollMs;
  }

  #add(fetched: FetchedRecords): void {
    const input = this.#inputs.get(nameOf(fetched));
    if (input === undefined) return;
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
