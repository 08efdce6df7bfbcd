import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';

/** A transaction whose outcome is decided and not yet told to all of its partitions. */
export class UnmarkedTransaction {
  /** With the producer id and epoch that the markers have. */
  readonly metadata: TransactionMetadata;
  readonly coordinatorEpoch: number;
  readonly #left = new Map<string, Set<number>>();
  readonly #onMarked: () => void;
  #isAbandoned = false;

  /** @param onMarked called once all partitions have their markers; not before the first of {@link settle}. */
  constructor(
    metadata: TransactionMetadata,
    { coordinatorEpoch, onMarked }: { readonly coordinatorEpoch: number; readonly onMarked: () => void },
  ) {
    this.metadata = metadata;
    this.coordinatorEpoch = coordinatorEpoch;
    this.#onMarked = onMarked;
    for (const [topic, partitions] of metadata.topics) this.#left.set(topic, new Set(partitions));
  }

  get isCommit(): boolean {
    return this.metadata.state === 'PrepareCommit';
  }

  /** Whether nobody waits for its markers any more: another coordinator sends them. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** The partitions that have no marker yet, by topic. */
  get topics(): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#left;
  }

  *partitions(): Iterable<TopicPartition> {
    for (const [topic, partitions] of this.#left)
      for (const partition of [...partitions]) yield { topic, partition };
  }

  /** The partition has its marker, or is gone. */
  remove({ topic, partition }: TopicPartition): void {
    const partitions = this.#left.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) this.#left.delete(topic);
  }

  /** To be called after some of {@link remove}, and where there was nothing to mark. */
  settle(): void {
    if (this.#isAbandoned || this.#left.size > 0) return;
    this.#isAbandoned = true;
    this.#onMarked();
  }

  abandon(): void {
    this.#isAbandoned = true;
  }
}
