import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
/** A committed offset, as it is in the log. */
export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** Set by clients of OffsetCommit 2 to 4 that chose a retention of their own. */
  readonly expireTimestampMs: number | undefined;
  /** Where the record is in the log: of two commits, the later record holds. */
  readonly recordOffset: number;
}

/** The committed offsets of a group. */
export class CommittedOffsets {
  /** Commits written and not yet known to be committed: what they replace must not expire meanwhile. */
  pendingCommits = 0;
  readonly #byTopic = new Map<string, Map<number, CommittedOffset>>();

  get isEmpty(): boolean {
    return this.#byTopic.size === 0;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#byTopic.get(topic)?.get(partition);
  }

  /** Takes over a commit, unless a later record did already. */
  set(topic: string, partition: number, committed: CommittedOffset): void {
    let partitions = this.#byTopic.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#byTopic.set(topic, partitions);
    }
    const before = partitions.get(partition);
    if (before === undefined || before.recordOffset < committed.recordOffset)
      partitions.set(partition, committed);
  }

  /** Forgets an offset, unless it was committed behind the record that removes it. */
  delete(topic: string, partition: number, recordOffset: number): void {
    const partitions = this.#byTopic.get(topic);
    const before = partitions?.get(partition);
    if (partitions === undefined || before === undefined || before.recordOffset > recordOffset) return;
    partitions.delete(partition);
    if (partitions.size === 0) this.#byTopic.delete(topic);
  }

  topics(): IterableIterator<string> {
    return this.#byTopic.keys();
  }

  partitions(topic: string): ReadonlyMap<number, CommittedOffset> {
    return this.#byTopic.get(topic) ?? new Map<number, CommittedOffset>();
  }

  /** Every partition with a committed offset. */
  all(): TopicPartition[] {
    const all: TopicPartition[] = [];
    for (const [topic, partitions] of this.#byTopic) {
      for (const partition of partitions.keys()) all.push({ topic, partition });
    }
    return all;
  }
}
