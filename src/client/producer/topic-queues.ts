import { ZERO_UUID } from '../../base/bytes-reader.ts';
import { Queue } from '../../base/queue.ts';
import { BatchBuilder } from '../../protocol/records/batch-builder.ts';
import type { DeliveryCallback, ProducerRecord } from '../types.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { ProducerBatch } from './producer-batch.ts';
import { copyOf } from './record-bytes.ts';

interface WaitingRecord {
  readonly record: ProducerRecord;
  readonly onDelivery: DeliveryCallback | undefined;
  readonly deadlineMs: number;
  readonly bytes: number;
}

/** What is known of a topic that records are sent to. */
export interface TopicQueues {
  readonly name: string;
  /** Something was sent to it since the metadata was last fetched. */
  isUsed: boolean;
  /** Of the topic that the queues are for: one that is made anew under the name has another. */
  topicId: string;
  /** By partition; empty until the topic's metadata is known. */
  readonly queues: PartitionQueue[];
  /** Records that came before the metadata. */
  readonly waiting: Queue<WaitingRecord>;
  /** Its batches that are not settled, oldest first. */
  unsettled: Set<ProducerBatch>;
  /** Bytes of its records that are not settled. */
  bytes: number;
  /** A batch of it was opened once: brokers may know sequence numbers of it. */
  wasWritten: boolean;
  /** Where records without a key go now, and how many bytes have gone there. */
  stickyPartition: number;
  stickyBytes: number;
}

export function newTopic(name: string): TopicQueues {
  return {
    name,
    isUsed: false,
    topicId: ZERO_UUID,
    queues: [],
    waiting: new Queue(),
    unsettled: new Set(),
    bytes: 0,
    wasWritten: false,
    stickyPartition: -1,
    stickyBytes: 0,
  };
}

/** A record that its sender's objects have no part in, and the bytes that it may take in a batch. */
export function copiedRecord(
  { topic, partition, timestamp, ...record }: ProducerRecord,
  nowMs: number,
): { readonly copy: ProducerRecord; readonly bytes: number } {
  const key = copyOf(record.key);
  const value = copyOf(record.value);
  const headers = record.headers?.map((header) => ({ key: header.key, value: copyOf(header.value) }));
  return {
    copy: { topic, partition, key, value, headers, timestamp: timestamp ?? nowMs },
    bytes: BatchBuilder.bytesMax(key, value, headers),
  };
}
