import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { CommittedOffset } from './committed-offsets.ts';

/** An offset that was committed in a transaction which has not ended. */
interface PendingOffset extends TopicPartition {
  readonly groupId: string;
  readonly committed: CommittedOffset;
}

/**
 * The offsets of one partition of `__consumer_offsets` that wait for the end of their transaction: a commit makes them the
 * groups' own, an abort drops them.
 */
export class PendingOffsets {
  /** In the order of the log. */
  readonly #byProducer = new Map<number, PendingOffset[]>();
  /** How many are pending, by group, topic and partition. */
  readonly #counts = new Map<string, Map<string, Map<number, number>>>();

  has(groupId: string, topic: string, partition: number): boolean {
    return this.#counts.get(groupId)?.get(topic)?.has(partition) === true;
  }

  hasGroup(groupId: string): boolean {
    return this.#counts.has(groupId);
  }

  /** The partitions of which a group has pending offsets. */
  partitionsOf(groupId: string): TopicPartition[] {
    const found: TopicPartition[] = [];
    for (const [topic, partitions] of this.#counts.get(groupId) ?? [])
      for (const partition of partitions.keys()) found.push({ topic, partition });
    return found;
  }

  hold(producerId: number, offset: PendingOffset): void {
    const held = this.#byProducer.get(producerId);
    if (held === undefined) this.#byProducer.set(producerId, [offset]);
    else held.push(offset);
    this.#count(offset, 1);
  }

  /** Takes out what a producer's transaction had committed when its marker was written at `markerOffset`. */
  release(producerId: number, markerOffset: number): readonly PendingOffset[] {
    return this.#take(producerId, ({ committed }) => committed.recordOffset < markerOffset);
  }

  /** A record at `recordOffset` has removed a group's offset: what was pending of it is gone as well. */
  forget(groupId: string, { topic, partition }: TopicPartition, recordOffset: number): void {
    if (!this.has(groupId, topic, partition)) return;
    for (const producerId of [...this.#byProducer.keys()]) {
      this.#take(
        producerId,
        (offset) =>
          offset.groupId === groupId &&
          offset.topic === topic &&
          offset.partition === partition &&
          offset.committed.recordOffset < recordOffset,
      );
    }
  }

  #take(producerId: number, isTaken: (offset: PendingOffset) => boolean): readonly PendingOffset[] {
    const taken: PendingOffset[] = [];
    const kept: PendingOffset[] = [];
    for (const offset of this.#byProducer.get(producerId) ?? []) {
      if (!isTaken(offset)) {
        kept.push(offset);
        continue;
      }
      taken.push(offset);
      this.#count(offset, -1);
    }
    if (kept.length === 0) this.#byProducer.delete(producerId);
    else this.#byProducer.set(producerId, kept);
    return taken;
  }

  #count({ groupId, topic, partition }: PendingOffset, change: 1 | -1): void {
    const topics = inner(this.#counts, groupId);
    const partitions = inner(topics, topic);
    const count = (partitions.get(partition) ?? 0) + change;
    if (count > 0) partitions.set(partition, count);
    else partitions.delete(partition);
    if (partitions.size === 0) topics.delete(topic);
    if (topics.size === 0) this.#counts.delete(groupId);
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
