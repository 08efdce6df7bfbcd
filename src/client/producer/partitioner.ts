import { partitionOfKey } from '../../base/murmur2.ts';
import type { Partitioner } from '../types.ts';

/** Lets the producer fill batches of one partition after the other: the answer for records without a key. */
const ANY_PARTITION = -1;

/**
 * Kafka's default: `toPositive(murmur2(key)) % partitionCount`, as in the Java client; records without a key stick to a
 * partition for a batch (KIP-480, KIP-794).
 */
export const defaultPartitioner: Partitioner = {
  partition(_topic, key, _value, partitionCount) {
    return key === null ? ANY_PARTITION : partitionOfKey(key, partitionCount);
  },
};

/** Round robin over the partitions, whatever the key. */
export function roundRobinPartitioner(): Partitioner {
  const next = new Map<string, number>();
  return {
    partition(topic, _key, _value, partitionCount) {
      const turn = next.get(topic) ?? 0;
      next.set(topic, turn + 1);
      return turn % partitionCount;
    },
  };
}
