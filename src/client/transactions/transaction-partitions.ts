import type { Timers } from '../../base/environment.ts';
import { isRetriable } from '../kafka-error.ts';
import { partitionKey } from '../topic-partitions.ts';
import type { TopicPartition } from '../types.ts';

interface PartitionsOptions {
  readonly timers: Pick<Timers, 'defer'>;
  /** Adds partitions to the transaction, in one request. */
  readonly add: (partitions: readonly TopicPartition[]) => Promise<void>;
  /** Batches that waited for their partition can be sent. */
  readonly onAdded: () => void;
  readonly onFailed: (error: Error) => void;
}

/**
 * The partitions that are part of a transaction of the first protocol: each is added before the first batch to it is sent.
 * Those that are wanted within one turn of the event loop, or while a request is under way, are added together.
 */
export class TransactionPartitions {
  readonly #options: PartitionsOptions;
  readonly #added = new Set<string>();
  readonly #wanted = new Map<string, TopicPartition>();
  #adding: Promise<void> | undefined;
  /** A request was not answered: its partitions may have been added. */
  #isInDoubt = false;
  #hasFailed = false;

  constructor(options: PartitionsOptions) {
    this.#options = options;
  }

  /** Whether the coordinator has added any, or may have. */
  get mayHaveAny(): boolean {
    return this.#added.size > 0 || this.#isInDoubt;
  }

  /** Whether batches to a partition can be sent; it is added if they cannot. */
  admits(topic: string, partition: number): boolean {
    const key = partitionKey(topic, partition);
    if (this.#added.has(key)) return true;
    if (!this.#wanted.has(key) && !this.#hasFailed) {
      this.#wanted.set(key, { topic, partition });
      this.#adding ??= this.#add();
    }
    return false;
  }

  /** Resolves when no request is under way. */
  async settled(): Promise<void> {
    await this.#adding;
  }

  async #add(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#options.timers.defer(resolve);
    });
    while (this.#wanted.size > this.#added.size && !this.#hasFailed) await this.#addWanted();
    this.#adding = undefined;
  }

  async #addWanted(): Promise<void> {
    const partitions = [...this.#wanted].filter(([key]) => !this.#added.has(key));
    try {
      await this.#options.add(partitions.map(([, partition]) => partition));
    } catch (error) {
      this.#hasFailed = true;
      this.#isInDoubt = isRetriable(error);
      this.#options.onFailed(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    for (const [key] of partitions) this.#added.add(key);
    this.#options.onAdded();
  }
}
