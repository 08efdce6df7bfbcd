import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { CommittedOffset } from './committed-offsets.ts';

/** An offset that was committed in a transaction which has not ended. */
interface PendingOffset extends TopicPartition {
  readonly groupId: string;
  readonly committed: CommittedOffset;
}

/** What is pending of one partition for one group. */
interface PendingPartition extends TopicPartition {
  readonly groupId: string;
  readonly transactions: Set<PendingTransaction>;
}

/** A producer's transaction; of each partition the offset that was committed last counts. */
interface PendingTransaction {
  readonly producerId: number;
  /** Of the first record with an offset of it. */
  readonly firstOffset: number;
  /** Of its marker, where that is in the log. */
  markerOffset: number | undefined;
  readonly offsets: Map<PendingPartition, CommittedOffset>;
}

/**
 * The offsets of one partition of `__consumer_offsets` that wait for the end of their transaction: a commit makes them the
 * groups' own, an abort drops them. However often a transaction commits the offset of a partition, one is kept.
 */
export class PendingOffsets {
  /** In the order of the log. All but the last of a producer have their markers, which are not committed yet. */
  readonly #byProducer = new Map<number, PendingTransaction[]>();
  /** By group, topic and partition. */
  readonly #partitions = new Map<string, Map<string, Map<number, PendingPartition>>>();

  has(groupId: string, topic: string, partition: number): boolean {
    return this.#find(groupId, topic, partition) !== undefined;
  }

  hasGroup(groupId: string): boolean {
    return this.#partitions.has(groupId);
  }

  /** The partitions of which a group has pending offsets. */
  partitionsOf(groupId: string): TopicPartition[] {
    const found: TopicPartition[] = [];
    for (const [topic, partitions] of this.#partitions.get(groupId) ?? [])
      for (const partition of partitions.keys()) found.push({ topic, partition });
    return found;
  }

  hold(producerId: number, { groupId, topic, partition, committed }: PendingOffset): void {
    const pending = this.#obtain(groupId, topic, partition);
    const transaction = this.#open(producerId, committed.recordOffset);
    transaction.offsets.set(pending, committed);
    pending.transactions.add(transaction);
  }

  /** A producer's marker is in the log at `markerOffset`: what it commits from now on is of its next transaction. */
  onMarker(producerId: number, markerOffset: number): void {
    const last = this.#byProducer.get(producerId)?.at(-1);
    if (last !== undefined && last.firstOffset < markerOffset) last.markerOffset ??= markerOffset;
  }

  /** Takes out what a producer's transaction had committed when its marker was written at `markerOffset`. */
  release(producerId: number, markerOffset: number): readonly PendingOffset[] {
    this.onMarker(producerId, markerOffset);
    const released: PendingOffset[] = [];
    for (const transaction of [...(this.#byProducer.get(producerId) ?? [])]) {
      if ((transaction.markerOffset ?? Number.MAX_SAFE_INTEGER) > markerOffset) continue;
      for (const [pending, committed] of transaction.offsets) {
        const { groupId, topic, partition } = pending;
        released.push({ groupId, topic, partition, committed });
        this.#drop(transaction, pending);
      }
    }
    return released;
  }

  /** A record at `recordOffset` has removed a group's offset: what was pending of it is gone as well. */
  forget(groupId: string, { topic, partition }: TopicPartition, recordOffset: number): void {
    const pending = this.#find(groupId, topic, partition);
    if (pending === undefined) return;
    for (const transaction of pending.transactions) {
      const committed = transaction.offsets.get(pending);
      if (committed !== undefined && committed.recordOffset < recordOffset) this.#drop(transaction, pending);
    }
  }

  /** The transaction that a producer is in, begun with the record at `recordOffset` where it is in none. */
  #open(producerId: number, recordOffset: number): PendingTransaction {
    let transactions = this.#byProducer.get(producerId);
    if (transactions === undefined) {
      transactions = [];
      this.#byProducer.set(producerId, transactions);
    }
    const last = transactions.at(-1);
    if (last !== undefined && last.markerOffset === undefined) return last;
    const begun = { producerId, firstOffset: recordOffset, markerOffset: undefined, offsets: new Map() };
    transactions.push(begun);
    return begun;
  }

  /** Takes one offset out, and what is empty then. */
  #drop(transaction: PendingTransaction, pending: PendingPartition): void {
    transaction.offsets.delete(pending);
    if (transaction.offsets.size === 0) this.#end(transaction);
    pending.transactions.delete(transaction);
    if (pending.transactions.size > 0) return;
    const topics = this.#partitions.get(pending.groupId);
    const partitions = topics?.get(pending.topic);
    partitions?.delete(pending.partition);
    if (partitions?.size === 0) topics?.delete(pending.topic);
    if (topics?.size === 0) this.#partitions.delete(pending.groupId);
  }

  /** Nothing of a transaction is pending. */
  #end(transaction: PendingTransaction): void {
    const { producerId } = transaction;
    const others = this.#byProducer.get(producerId)?.filter((other) => other !== transaction) ?? [];
    if (others.length === 0) this.#byProducer.delete(producerId);
    else this.#byProducer.set(producerId, others);
  }

  #find(groupId: string, topic: string, partition: number): PendingPartition | undefined {
    return this.#partitions.get(groupId)?.get(topic)?.get(partition);
  }

  #obtain(groupId: string, topic: string, partition: number): PendingPartition {
    const partitions = inner(inner(this.#partitions, groupId), topic);
    let pending = partitions.get(partition);
    if (pending === undefined) {
      pending = { groupId, topic, partition, transactions: new Set() };
      partitions.set(partition, pending);
    }
    return pending;
  }
}

function inner<K, V>(map: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}
