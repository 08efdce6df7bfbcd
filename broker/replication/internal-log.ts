import type { OperationalError } from '../../src/base/errors.ts';

/**
 * How a coordinator uses the partition of an internal topic that it owns (`__consumer_offsets`): append as the leader
 * with acks=all semantics, and read back everything below the high watermark when leadership begins.
 */
export interface InternalLog {
  /**
   * Appends one encoded record batch to a partition led by this broker and calls `onDone` when the high watermark has
   * passed it, or with the reason why it will not be acknowledged: NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS,
   * NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT, KAFKA_STORAGE_ERROR, UNKNOWN_TOPIC_OR_PARTITION.
   * `onDone` is never called before `append` has returned.
   */
  append(
    topic: string,
    partition: number,
    batch: Buffer,
    onDone: (errorCode: number, baseOffset: number) => void,
  ): void;
  /**
   * Batches from `fromOffset` up to the log end offset of a partition led by this broker, whole batches in one buffer
   * of about `maxBytes`; null when there is nothing at or beyond `fromOffset`, or this broker is not the leader.
   * @throws {OperationalError} `CORRUPT_LOG` where the log cannot be read.
   */
  read(topic: string, partition: number, fromOffset: number, maxBytes: number): Buffer | null;
  /** File and position of the batch with `offset`, for messages. */
  placeOf(topic: string, partition: number, offset: number): string;
  /**
   * Its leader has found damage in a partition. Where another broker has its records the replica goes offline: that broker leads, and
   * the records are copied from there.
   * @returns false where there is no other, and the replica goes on to lead.
   */
  giveUp(topic: string, partition: number, error: OperationalError): boolean;
  logStartOffset(topic: string, partition: number): number;
  logEndOffset(topic: string, partition: number): number;
}
