import type { Queue } from '../../base/queue.ts';
import type { DeliveryCallback, ProducerRecord } from '../types.ts';
import type { PartitionQueue } from './partition-queue.ts';

export interface WaitingRecord {
  readonly record: ProducerRecord;
  readonly onDelivery: DeliveryCallback | undefined;
  readonly deadlineMs: number;
  readonly bytes: number;
}

/** What is known of a topic that records are sent to. */
export interface TopicQueues {
  readonly name: string;
  /** Of the topic that the queues are for: one that is made anew under the name has another. */
  topicId: string;
  /** By partition; empty until the topic's metadata is known. */
  readonly queues: PartitionQueue[];
  /** Records that came before the metadata. */
  readonly waiting: Queue<WaitingRecord>;
  /** Where records without a key go now, and how many bytes have gone there. */
  stickyPartition: number;
  stickyBytes: number;
}
