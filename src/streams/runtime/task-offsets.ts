import type { Logger } from '../../base/logger.ts';
import type { OffsetAndMetadata, PartitionOffset, TopicPartition } from '../../client/types.ts';
import type { ProcessedOffsets } from './processed-offsets.ts';
import type { ProcessorMetadata } from './processor-metadata.ts';
import type { RecordQueue } from './record-queue.ts';
import { decodeTopicPartitionMetadata, encodeTopicPartitionMetadata } from './topic-partition-metadata.ts';

/**
 * What the group has committed of a task's inputs, beside what its local state contains of them: the `same`; `further` where
 * others have processed more since, or this process ended between the two; or some of it is `lost`, or there is none.
 */
export type CommittedOffsets = 'same' | 'further' | 'lost';

/** Where a task has got to in its inputs: what is committed, and what was found committed. */
export class TaskOffsets {
  readonly #taskId: string;
  readonly #queues: readonly RecordQueue[];
  readonly #metadata: ProcessorMetadata;
  readonly #logger: Logger;

  constructor(parts: {
    readonly taskId: string;
    readonly queues: readonly RecordQueue[];
    readonly metadata: ProcessorMetadata;
    readonly logger: Logger;
  }) {
    this.#taskId = parts.taskId;
    this.#queues = parts.queues;
    this.#metadata = parts.metadata;
    this.#logger = parts.logger;
  }

  /**
   * Takes up where the offsets of its partitions were committed: their times, and what processors noted with them.
   * Called before the first record. Answers the stream time, -1 where there is none.
   */
  restore(committed: readonly OffsetAndMetadata[]): number {
    let streamTimeMs = -1;
    for (const { topic, partition, metadata = '' } of committed) {
      const queue = this.#queues.find((each) => each.topic === topic && each.partition === partition);
      if (queue === undefined || metadata === '') continue;
      const decoded = decodeTopicPartitionMetadata(metadata);
      if (decoded === undefined) {
        this.#logger.warn('the metadata of a committed offset is not known', { topic, partition });
        continue;
      }
      queue.partitionTime = queue.queuedTime = decoded.partitionTime;
      streamTimeMs = Math.max(streamTimeMs, decoded.partitionTime);
      this.#metadata.update(decoded.processorMetadata);
    }
    return streamTimeMs;
  }

  /**
   * Finds partitions of which less is committed than was: their records are processed a second time, at least once as it is
   * promised, and not in silence. Or the partition itself has lost records, with the offsets of a topic that was deleted.
   * @param endOffsets where partitions end now.
   */
  async findRewinds(
    committed: readonly OffsetAndMetadata[],
    processed: ProcessedOffsets,
    endOffsets: (partitions: readonly TopicPartition[]) => Promise<readonly PartitionOffset[]>,
  ): Promise<void> {
    const rewinds = this.#queues.flatMap((queue) => {
      const offset = offsetIn(committed, queue);
      const before = processed.of(this.#taskId, queue);
      if (before === undefined || before <= (offset ?? -1)) return [];
      return [{ queue, offset, before }];
    });
    if (rewinds.length === 0) return;
    const ends = await endOffsets(rewinds.map(({ queue: { topic, partition } }) => ({ topic, partition })));
    for (const { queue, offset, before } of rewinds) {
      const { topic, partition } = queue;
      const end = offsetIn(ends, queue);
      const said = { taskId: this.#taskId, topic, partition, committed: offset ?? null, processed: before };
      if (end !== undefined && end < before) {
        this.#logger.warn(
          'a topic was deleted and made anew, or has lost its end: what had not been processed of it before is lost, and what is in it now is processed',
          { ...said, end },
        );
        continue;
      }
      queue.rewoundFrom = before;
      this.#logger.warn(
        'the group has lost committed offsets: records are processed a second time, and what counts them is too high',
        said,
      );
    }
  }

  /** Whether it is past what is committed without having processed a record: past what is no record. */
  hasMoved(positionOf: (partition: TopicPartition) => number | undefined): boolean {
    for (const queue of this.#queues) {
      if (queue.size > 0 || queue.nextOffset < 0) continue;
      if (Math.max(queue.nextOffset, positionOf(queue) ?? -1) > queue.committedOffset) return true;
    }
    return false;
  }

  /**
   * How the offsets that the group has compare with those that were noted with the local state. Called before the first
   * record.
   */
  compare(committed: readonly OffsetAndMetadata[], processed: ProcessedOffsets): CommittedOffsets {
    const offsets = this.#queues.map((queue) => ({
      before: processed.of(this.#taskId, queue) ?? -1,
      now: offsetIn(committed, queue) ?? -1,
    }));
    if (offsets.every(({ now }) => now < 0) || offsets.some(({ now, before }) => now < before)) return 'lost';
    return offsets.every(({ now, before }) => now === before) ? 'same' : 'further';
  }

  /**
   * What has to be committed: partitions that have moved on, and all of them when processors have noted something, or when they are
   * asked for. `positionOf` is the consumer's position: with nothing queued the task is there, past what is no record (markers of
   * transactions), so that the group's lag ends at 0.
   */
  committable(
    positionOf: (partition: TopicPartition) => number | undefined,
    options: { readonly all: boolean } = { all: false },
  ): readonly OffsetAndMetadata[] {
    const offsets: OffsetAndMetadata[] = [];
    const processorMetadata = this.#metadata.values();
    const all = options.all || this.#metadata.needsCommit;
    for (const queue of this.#queues) {
      const { topic, partition, partitionTime } = queue;
      if (queue.size === 0 && (all || queue.nextOffset >= 0))
        queue.nextOffset = Math.max(queue.nextOffset, positionOf(queue) ?? -1);
      if (queue.nextOffset < 0 || (!all && queue.nextOffset === queue.committedOffset)) continue;
      const metadata = encodeTopicPartitionMetadata({ partitionTime, processorMetadata });
      offsets.push({ topic, partition, offset: queue.nextOffset, metadata });
    }
    return offsets;
  }

  /** The offsets of {@link TaskOffsets.committable}, if there were any, are committed. */
  committed(): void {
    for (const queue of this.#queues) queue.committedOffset = queue.nextOffset;
    this.#metadata.committed();
  }
}

function offsetIn(
  offsets: readonly PartitionOffset[],
  { topic, partition }: TopicPartition,
): number | undefined {
  return offsets.find((each) => each.topic === topic && each.partition === partition)?.offset;
}
